import type { Discussion, DiscussionComparison } from '@/api/discussions'
import type { Verdict } from '@/lib/ranking'
import { describe, expect, it } from 'vitest'
import { discardInFocus, itemsOf, neighbour, nextOpen, othersVerdict, ownMark, revised } from './agreeing'

function comparison(task: number, a: number, b: number, own: Verdict | null, other: Verdict): DiscussionComparison {
  const said = (pass: number, verdict: Verdict, mine: boolean) => {
    return { pass, by: mine ? '甲' : '乙', mine, verdict, score_a: 3, score_b: 3, notes: '', history: [] }
  }
  const first = own === null ? said(1, 'a', false) : said(1, own, true)
  return { task, response_a: a, response_b: b, same: first.verdict === other, verdicts: [first, said(2, other, false)] }
}

const AB = comparison(7, 1, 2, 'a', 'b')
const BC = comparison(7, 2, 3, 'equal', 'equal')
const AC = comparison(7, 1, 3, 'b', 'a')
const CD = comparison(8, 3, 4, null, 'b')
const discussion = {
  me: '甲',
  people: [
    { pseudonym: '甲', pass: 1 },
    { pseudonym: '乙', pass: 2 },
  ],
  comparisons: [AB, CD, AC, BC],
  discards: [
    { response: 3, mine: true, passes: [{ pass: 1, marked: true }, { pass: 2, marked: false }] },
    { response: 2, mine: true, passes: [{ pass: 1, marked: false }, { pass: 2, marked: true }] },
  ],
} as unknown as Discussion
const keys = (listed: string[] = [], of = discussion) => itemsOf(of, listed).map(({ key }) => key)

describe('what there is to settle', () => {
  it('is what differs, then the disputed discards', () => {
    expect(keys()).toEqual(['7:1:2', '8:3:4', '7:1:3', 'discard:3', 'discard:2'])
  })

  it('keeps its order and its rows while they are settled one by one', () => {
    const listed = keys().slice(0, 3)
    const after = revised(discussion, { task: 7, response_a: 1, response_b: 2, verdict: 'b' })
    expect(keys(listed, after)).toEqual(keys())
    expect(itemsOf(after, listed).map(({ open }) => open)).toEqual([false, true, true, true, true])
  })

  it('holds what was revised before, although the passes agree on it now', () => {
    const old = { verdict: 'b', at: '2026-01-01T00:00:00Z' } as const
    const row = { ...BC, verdicts: BC.verdicts.map((said) => ({ ...said, history: said.mine ? [old] : [] })) }
    expect(keys([], { ...discussion, comparisons: [row, AB] })).toContain('7:2:3')
  })
})

describe('a revision', () => {
  it('changes the own verdict of that comparison and of no other', () => {
    const after = revised(discussion, { task: 7, response_a: 1, response_b: 2, verdict: 'equal' })
    expect(after.comparisons[0]?.verdicts.map(({ verdict }) => verdict)).toEqual(['equal', 'b'])
    expect(after.comparisons[0]?.same).toBe(false)
    expect(after.comparisons.slice(1)).toEqual(discussion.comparisons.slice(1))
  })

  it("takes over the other's verdict, where it is another", () => {
    expect(othersVerdict(AB)?.verdict).toBe('b')
    expect(othersVerdict(BC)).toBeUndefined()
  })
})

describe('moving', () => {
  const items = itemsOf(discussion, [])

  it('steps row by row and stops at either end', () => {
    expect(neighbour(items, '7:1:2', 1)).toBe('8:3:4')
    expect(neighbour(items, '7:1:2', -1)).toBe('7:1:2')
    expect(neighbour(items, 'discard:2', 1)).toBe('discard:2')
  })

  it('goes on to what is open and one’s own, past what others must settle, wrapping round', () => {
    expect(nextOpen(items, '7:1:2')).toBe('7:1:3')
    expect(nextOpen(items, 'discard:2')).toBe('7:1:2')
  })

  it('stays where nothing else is open', () => {
    const settled = items.map((item) => ({ ...item, open: item.key === '7:1:2' }))
    expect(nextOpen(settled, '7:1:2')).toBe('7:1:2')
  })
})

describe('a disputed discard', () => {
  const items = itemsOf(discussion, [])
  const focused = (key: string) => items.find((item) => item.key === key)

  it('is marked or not by the own pass', () => {
    expect(discussion.discards.map((discard) => ownMark(discussion, discard))).toEqual([true, false])
  })

  it('is the one in focus, else one of the focused pair, else the first', () => {
    expect(discardInFocus(items, focused('discard:2'))?.response).toBe(2)
    expect(discardInFocus(items, focused('7:1:2'))?.response).toBe(2)
    expect(discardInFocus(items, focused('7:1:3'))?.response).toBe(3)
    expect(discardInFocus([], undefined)).toBeUndefined()
  })
})
