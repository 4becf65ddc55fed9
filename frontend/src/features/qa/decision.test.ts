import type { Dispute, DisputeComparison } from '@/api/disputes'
import { comparisonKey } from '@/components/compare/verdicts'
import type { Verdict } from '@/lib/ranking'
import { describe, expect, it } from 'vitest'
import {
  choose,
  chooseDiscard,
  discardKey,
  EMPTY_DRAFT,
  graphWithDraft,
  graphWithout,
  graphWithPass,
  missing,
  neighbour,
  nextOpen,
  openKeys,
  toDecision,
  unsettled,
} from './decision'

function comparison(task: number, a: number, first: Verdict, second: Verdict, b: number): DisputeComparison {
  const scores = { score_a: 3, score_b: 3 }
  const said = (pass: number, verdict: Verdict) => ({ pass, by: '甲', verdict, ...scores, notes: '', seconds: 9, history: [] })
  return { task, response_a: a, response_b: b, verdicts: [said(1, first), said(2, second)], same: first === second }
}

// The passes differ on A-B and on B-C, and agree that A is better than C.
const AB = comparison(7, 1, 'a', 'b', 2)
const BC = comparison(7, 2, 'a', 'equal', 3)
const AC = comparison(7, 1, 'a', 'a', 3)
const dispute: Pick<Dispute, 'graph' | 'comparisons' | 'discards'> = {
  discards: [],
  graph: { nodes: [1, 2, 3], edges: [], merged: [], tiers: [] },
  comparisons: [AB, BC, AC],
}

const settled = { ...choose(choose(EMPTY_DRAFT, AB, 'a'), BC, 'equal'), reason: ' 按指南 ', clause: '3.2 ' }

describe('what a decision lacks', () => {
  it('lacks verdicts until every differing comparison has one', () => {
    expect(missing(dispute, EMPTY_DRAFT)).toBe('verdicts')
    expect(missing(dispute, { ...choose(EMPTY_DRAFT, AB, 'a'), reason: '有理由' })).toBe('verdicts')
  })

  it('lacks a reason while it is blank', () => {
    expect(missing(dispute, { ...settled, reason: '  ' })).toBe('reason')
    expect(missing(dispute, settled)).toBeNull()
  })
})

describe('toDecision', () => {
  it('carries one verdict for each differing comparison, none for the rest, and trimmed words', () => {
    expect(toDecision(dispute, settled)).toEqual({
      verdicts: [
        { task: 7, response_a: 1, response_b: 2, verdict: 'a' },
        { task: 7, response_a: 2, response_b: 3, verdict: 'equal' },
      ],
      discards: [],
      reason: '按指南',
      clause: '3.2',
    })
  })

  it('takes the last verdict chosen for a comparison', () => {
    expect(toDecision(dispute, choose(settled, AB, 'b')).verdicts[0]?.verdict).toBe('b')
  })
})

describe('what-if rankings', () => {
  it('count both passes where nothing is chosen yet', () => {
    expect(graphWithDraft(dispute, EMPTY_DRAFT).tiers).toEqual([[1, 2, 3]])
  })

  it('replace what the passes said by the verdict chosen', () => {
    expect(graphWithDraft(dispute, settled).tiers).toEqual([[1], [2, 3]])
    expect(graphWithDraft(dispute, choose(settled, BC, 'b')).tiers).toEqual([[1], [3], [2]])
  })

  it('show what either pass alone would give', () => {
    expect(graphWithPass(dispute, 1).tiers).toEqual([[1], [2], [3]])
    expect(graphWithPass(dispute, 2).tiers).toEqual([[1, 2, 3]])
  })
})

describe('a response that both passes discarded', () => {
  it('stands in no ranking, whatever was said of it', () => {
    const discarded = { ...dispute, graph: { ...dispute.graph, nodes: [1, 2] } }
    expect(graphWithDraft(discarded, settled).tiers).toEqual([[1], [2]])
  })
})

describe('moving between differences', () => {
  const [first, second] = [comparisonKey(AB), comparisonKey(BC)]

  it('steps over comparisons on which the passes agree, and stops at either end', () => {
    const keys = openKeys(dispute)
    expect(keys).toEqual([first, second])
    expect(neighbour(keys, first, 1)).toBe(second)
    expect(neighbour(keys, second, 1)).toBe(second)
    expect(neighbour(keys, first, -1)).toBe(first)
  })

  it('goes on to a difference without a verdict, wrapping round, and to none where none is left', () => {
    expect(nextOpen(dispute, choose(EMPTY_DRAFT, BC, 'a'), second)).toBe(first)
    expect(nextOpen(dispute, settled, second)).toBeNull()
  })
})

describe('a response that one pass discarded', () => {
  const discard = { response: 3, passes: [{ pass: 1, marked: true }, { pass: 2, marked: false }] }
  const disputed = { ...dispute, discards: [discard] }

  it('stands first among what is to be settled, and the decision waits for it', () => {
    expect(openKeys(disputed)).toEqual([discardKey(discard), comparisonKey(AB), comparisonKey(BC)])
    expect(missing(disputed, settled)).toBe('verdicts')
    expect(unsettled(disputed, settled)).toEqual([discardKey(discard)])
    expect(missing(disputed, chooseDiscard(settled, discard, false))).toBeNull()
  })

  it('is named in the decision as kept or discarded', () => {
    expect(toDecision(disputed, chooseDiscard(settled, discard, true)).discards).toEqual([{ response: 3, discarded: true }])
    expect(toDecision(disputed, chooseDiscard(settled, discard, false)).discards).toEqual([{ response: 3, discarded: false }])
  })

  it('leaves the ranking once the draft discards it', () => {
    expect(graphWithDraft(disputed, chooseDiscard(settled, discard, true)).tiers).toEqual([[1], [2]])
  })
})

it('shows the ranking without what one pass says of one comparison', () => {
  // Without the second pass's B > A, A is over B and C, which B equals and is over.
  expect(graphWithout(dispute, AB, 2).tiers).toEqual([[1], [2, 3]])
  expect(graphWithout(dispute, AB, 1).tiers).toEqual([[1, 2, 3]])
})
