import { createOrdering, setScore } from '@/lib/ordering'
import { describe, expect, it } from 'vitest'
import type { Content } from './content'
import { beginHistory, record, redone, undone, type History } from './history'

const empty: Content = { ordering: createOrdering([1, 2, 3]), notes: '', noneAcceptable: false, evidence: [], faults: [] }

/** Types letter by letter, `pause` milliseconds apart. */
function typed(history: History, letters: string, pause: number, from = 0): History {
  return [...letters].reduce(
    (so, letter, i) => record(so, { ...so.present, notes: so.present.notes + letter }, 0, from + i * pause),
    history,
  )
}

const scored = (history: History, id: number, score: 1 | 5, focused: number) =>
  record(history, { ...history.present, ordering: setScore(history.present.ordering, id, score) }, focused, 0)

describe('undo', () => {
  it('takes back a score as one step and puts the focus where it was given, and redo where it went', () => {
    const history = scored(scored(beginHistory(empty), 1, 5, 0), 2, 1, 1)
    const once = undone(history, 2)
    expect(once?.history.present.ordering.scores).toEqual({ 1: 5 })
    expect(once?.focused).toBe(1)
    const again = once && redone(once.history, once.focused)
    expect(again?.history.present.ordering.scores).toEqual({ 1: 5, 2: 1 })
    expect(again?.focused).toBe(2)
    const twice = once && undone(once.history, once.focused)
    expect(twice?.history.present).toEqual(empty)
    expect(twice && undone(twice.history, 0)).toBeNull()
  })

  it('does not count what changes nothing as a step, nor as the end of what was undone', () => {
    const history = scored(scored(beginHistory(empty), 1, 5, 0), 1, 5, 0)
    const once = undone(history, 0)
    expect(once?.history.present).toEqual(empty)
    expect(once && redone(record(once.history, { ...empty }, 0, 0), 0)?.history.present.ordering.scores).toEqual({ 1: 5 })
  })

  it('takes back what was typed pause by pause', () => {
    const history = typed(typed(beginHistory(empty), '查证', 200), '属实', 200, 5000)
    const once = undone(history, 0)
    expect(once?.history.present.notes).toBe('查证')
    expect(once && undone(once.history, 0)?.history.present.notes).toBe('')
  })

  it('keeps typing apart from a score given in between', () => {
    const history = typed(scored(typed(beginHistory(empty), '甲', 100), 1, 5, 0), '乙', 100)
    expect(history.past.map(({ content }) => [content.notes, Object.keys(content.ordering.scores).length])).toEqual([
      ['', 0],
      ['甲', 0],
      ['甲', 1],
    ])
  })

  it('takes a note on one fact as typing, another fact as a step', () => {
    const evidence = (history: History, items: Content['evidence'], at: number) =>
      record(history, { ...history.present, evidence: items }, 0, at)
    let history = evidence(beginHistory(empty), [{ url: '', note: '' }], 0)
    history = evidence(history, [{ url: '', note: '一' }], 100)
    history = evidence(history, [{ url: '', note: '一二' }], 200)
    history = evidence(history, [...history.present.evidence, { url: '', note: '' }], 300)
    expect(history.past.map(({ content }) => content.evidence.map(({ note }) => note))).toEqual([[], [''], ['一二']])
  })

  it('is forgotten beyond 200 steps, and what was undone ends with the next change', () => {
    let history = beginHistory(empty)
    for (let i = 0; i < 250; i += 1) history = scored(history, 1, i % 2 ? 1 : 5, 0)
    expect(history.past).toHaveLength(200)
    const back = undone(history, 0)
    expect(back && scored(back.history, 3, 5, 2).future).toEqual([])
  })
})
