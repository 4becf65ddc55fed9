import type { Assignment } from '@/api/assignments'
import { decide, orderText, setScore } from '@/lib/ordering'
import { beforeEach, describe, expect, it } from 'vitest'
import { freshDraft, loadDraft, saveDraft } from './drafts'

/** A lease that shows these texts, each named by its place. */
function lease(token: number, texts: string[], returned: Assignment['returned'] = null): Assignment {
  return {
    // The largest handle that there is.
    id: 2 ** 52 - 1,
    token,
    lease_expires_at: '2026-01-01T00:00:00Z',
    project: 1,
    category: { id: 5, path: [] },
    prompt: { number: 1, text: '提示', system: '' },
    responses: texts.map((text, i) => ({ id: i + 1, text })),
    guideline_version: null,
    returned,
  }
}

/** The draft's order by the texts that it is about. */
function said(assignment: Assignment): string | null {
  const draft = loadDraft(7, assignment)
  return draft && orderText(draft.ordering, (id) => assignment.responses[id - 1]?.text ?? '?')
}

beforeEach(() => {
  localStorage.clear()
  const first = lease(1, ['甲', '乙', '丙'])
  let { ordering } = freshDraft(first)
  for (const [id, score] of [[1, 3], [2, 3], [3, 5]] as const) ordering = setScore(ordering, id, score)
  saveDraft(7, first, { token: 1, ordering: decide(ordering, 'second'), notes: '已查证', seconds: 12 })
})

describe('a draft', () => {
  it('is back under its own lease', () => {
    expect(said(lease(1, ['甲', '乙', '丙']))).toBe('丙 > 乙 > 甲')
    expect(loadDraft(7, lease(1, ['甲', '乙', '丙']))).toMatchObject({ notes: '已查证', seconds: 12 })
  })

  it('goes by the texts where another lease shows them in other places', () => {
    expect(said(lease(2, ['乙', '丙', '甲']))).toBe('丙 > 乙 > 甲')
    expect(loadDraft(7, lease(2, ['乙', '丙', '甲']))?.ordering.scores).toEqual({ 1: 3, 2: 5, 3: 3 })
  })

  it('keeps equal texts apart', () => {
    const twice = lease(1, ['同', '同', '异'])
    saveDraft(7, twice, { ...freshDraft(twice), ordering: setScore(freshDraft(twice).ordering, 2, 4) })
    const again = loadDraft(7, lease(2, ['异', '同', '同']))
    expect(Object.values(again?.ordering.scores ?? {})).toEqual([4])
    expect(again?.ordering.scores[1]).toBeUndefined()
  })

  it('of other texts, another person or an older version is none', () => {
    expect(loadDraft(7, lease(1, ['甲', '乙', '丁']))).toBeNull()
    expect(loadDraft(7, lease(1, ['甲', '乙']))).toBeNull()
    expect(loadDraft(8, lease(1, ['甲', '乙', '丙']))).toBeNull()
    localStorage.setItem(`cheems.draft.7.${2 ** 52 - 1}`, JSON.stringify({ token: 1, ordering: {}, notes: '' }))
    expect(loadDraft(7, lease(1, ['甲', '乙', '丙']))).toBeNull()
  })
})

describe('a returned task', () => {
  const previous = { scores: { '1': 4, '2': 2, '3': 4 }, order: [[3], [1], [2]] }

  it('starts from what its own author had said', () => {
    const { ordering } = freshDraft(lease(3, ['甲', '乙', '丙'], { reason: '再看', spans: [], previous }))
    expect(orderText(ordering, (id) => ['甲', '乙', '丙'][id - 1] ?? '?')).toBe('丙 > 甲 > 乙')
  })

  it('starts from ties where they were said, and from nothing for anybody else', () => {
    const tied = { scores: { '1': 4, '2': 2, '3': 4 }, order: [[1, 3], [2]] }
    const { ordering } = freshDraft(lease(3, ['甲', '乙', '丙'], { reason: '再看', spans: [], previous: tied }))
    expect(orderText(ordering, String)).toBe('1 = 3 > 2')
    const other = freshDraft(lease(3, ['甲', '乙', '丙'], { reason: '再看', spans: [], previous: null }))
    expect(orderText(other.ordering, String)).toBe('')
  })
})
