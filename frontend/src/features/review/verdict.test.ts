import type { Review, ReviewComparison, ReviewSlot } from '@/api/reviews'
import { comparisonKey } from '@/components/compare/verdicts'
import type { Verdict } from '@/lib/ranking'
import { describe, expect, it } from 'vitest'
import { EMPTY_DRAFT, graphWithDraft, missing, slotKey, toggleSlot, toggleVerdict, toOverruling, toRejection } from './verdict'

const slot = (task: number, pass: number, response_ids: number[]): ReviewSlot =>
  ({ task, pass, response_ids, scores: {}, order: [], notes: '', seconds: 9 })

function comparison(task: number, a: number, b: number, first: Verdict, second: Verdict, decided: Verdict | null): ReviewComparison {
  const said = (pass: number, verdict: Verdict) =>
    ({ pass, by: '甲', verdict, score_a: 1, score_b: 1, notes: '', seconds: 9 })
  return {
    task, response_a: a, response_b: b, same: first === second, verdicts: [said(1, first), said(2, second)],
    decided: decided && { verdict: decided, stage: 'delivery', reason: '理由', clause: '' },
  }
}

const [one, two, other] = [slot(7, 1, [1, 2, 3]), slot(7, 2, [1, 2, 3]), slot(8, 1, [2, 3, 4])]
const AB = comparison(7, 1, 2, 'a', 'a', null)
const BC = comparison(7, 2, 3, 'a', 'b', 'b')
const review: Pick<Review, 'slots' | 'comparisons' | 'graph'> = {
  slots: [one, two, other],
  comparisons: [AB, BC],
  graph: { nodes: [1, 2, 3], edges: [], merged: [], tiers: [] },
}
const inFirst = { response: 1, start: 2, end: 4 }

describe('a rejection', () => {
  const chosen = toggleSlot(toggleSlot(EMPTY_DRAFT, two), other)

  it('needs an annotation, faults only in what it names, and a reason', () => {
    expect(missing(review, { ...EMPTY_DRAFT, reason: '理由' }, 'reject')).toBe('slots')
    expect(missing(review, { ...toggleSlot(EMPTY_DRAFT, other), spans: [inFirst], reason: '理由' }, 'reject')).toBe('spans')
    expect(missing(review, { ...chosen, reason: ' ' }, 'reject')).toBe('reason')
    expect(missing(review, { ...chosen, spans: [inFirst], reason: '理由' }, 'reject')).toBeNull()
  })

  it('names exactly the annotations chosen, each with the faults in its own responses', () => {
    expect(toRejection(review, { ...chosen, spans: [inFirst], reason: ' 理由 ', returnTo: 'other' })).toEqual({
      reason: '理由',
      return_to: 'other',
      slots: [
        { task: 7, pass: 2, reason: '', spans: [inFirst] },
        { task: 8, pass: 1, reason: '', spans: [] },
      ],
    })
  })

  it('takes back what is chosen twice', () => {
    expect([...toggleSlot(chosen, two).slots]).toEqual([slotKey(other)])
  })
})

describe('an overruling', () => {
  const given = { ...toggleVerdict(EMPTY_DRAFT, AB, 'equal'), reason: '理由', clause: ' 3.2 ' }

  it('needs a verdict and a reason', () => {
    expect(missing(review, { ...EMPTY_DRAFT, reason: '理由' }, 'overrule')).toBe('verdicts')
    expect(missing(review, { ...given, reason: '' }, 'overrule')).toBe('reason')
    expect(missing(review, given, 'overrule')).toBeNull()
  })

  it('carries the verdicts given and no others', () => {
    expect(toOverruling(review, given)).toEqual({
      verdicts: [{ task: 7, response_a: 1, response_b: 2, verdict: 'equal' }],
      reason: '理由',
      clause: '3.2',
    })
  })

  it('takes back a verdict that is given twice', () => {
    expect(toggleVerdict(given, AB, 'equal').chosen).toEqual({})
    expect(toggleVerdict(given, AB, 'b').chosen).toEqual({ [comparisonKey(AB)]: 'b' })
  })

  it('shows the ranking with the decisions that stand and the verdicts given', () => {
    // C > B is decided; A > B as both passes say; then A = B by the overruling.
    expect(graphWithDraft(review, EMPTY_DRAFT).tiers).toEqual([[1, 3], [2]])
    expect(graphWithDraft(review, given).tiers).toEqual([[3], [1, 2]])
  })
})
