import { describe, expect, it } from 'vitest'
import { preferenceGraph, tiersText, type ComparisonValue, type Verdict } from './ranking'

const [A, B, C, D, E] = [11, 22, 33, 44, 55] as const
const said = (response_a: number, verdict: Verdict, response_b: number): ComparisonValue => ({
  response_a,
  response_b,
  verdict,
})
const letters = (tiers: number[][]) => tiersText(tiers, (id) => 'ABCDE'.charAt(id / 11 - 1))

describe('preferenceGraph', () => {
  it('orders a chain from best to worst, whichever side a verdict favours', () => {
    const graph = preferenceGraph([A, B, C], [said(A, 'a', B), said(C, 'b', B)])
    expect(graph.tiers).toEqual([[A], [B], [C]])
    expect(graph.merged).toEqual([])
    expect(graph.edges.some((edge) => edge.in_cycle)).toBe(false)
  })

  it('merges the responses of a cycle and keeps the rest apart', () => {
    const graph = preferenceGraph(
      [A, B, C, D],
      [said(A, 'a', B), said(B, 'a', C), said(C, 'a', A), said(C, 'a', D)],
    )
    expect(graph.merged).toEqual([[A, B, C]])
    expect(graph.tiers).toEqual([[A, B, C], [D]])
    expect(graph.edges.filter((edge) => !edge.in_cycle)).toEqual([
      { chosen: C, rejected: D, count: 1, in_cycle: false },
    ])
  })

  it('takes "equal" as an edge both ways, so that equal responses share a super-node', () => {
    const graph = preferenceGraph([A, B], [said(A, 'equal', B)])
    expect(graph.edges).toHaveLength(2)
    expect(graph.merged).toEqual([[A, B]])
    expect(graph.tiers).toEqual([[A, B]])
  })

  it('merges two cycles that share a node', () => {
    const comparisons = [said(A, 'a', B), said(B, 'a', A), said(B, 'a', C), said(C, 'a', B), said(D, 'a', E)]
    expect(preferenceGraph([A, B, C, D, E], comparisons).merged).toEqual([[A, B, C]])
  })

  it('layers by the longest path: a response waits for all that stand above it', () => {
    const graph = preferenceGraph([A, B, C, D], [said(A, 'a', D), said(A, 'a', B), said(B, 'a', C), said(C, 'a', D)])
    expect(graph.tiers).toEqual([[A], [B], [C], [D]])
  })

  it('puts a response without comparisons in the first tier', () => {
    expect(preferenceGraph([A, B, C], [said(B, 'a', C)]).tiers).toEqual([[A, B], [C]])
  })

  it('counts how often the same was said', () => {
    const graph = preferenceGraph([A, B], [said(A, 'a', B), said(B, 'b', A), said(A, 'a', B)])
    expect(graph.edges).toEqual([{ chosen: A, rejected: B, count: 3, in_cycle: false }])
  })

  it('does not depend on the order of the comparisons', () => {
    const comparisons = [said(A, 'a', B), said(B, 'equal', C), said(C, 'a', D), said(D, 'a', B), said(A, 'a', E)]
    const forwards = preferenceGraph([A, B, C, D, E], comparisons)
    const backwards = preferenceGraph([A, B, C, D, E], [...comparisons].reverse())
    expect(backwards.tiers).toEqual(forwards.tiers)
    expect(backwards.merged).toEqual(forwards.merged)
    expect(letters(forwards.tiers)).toBe('A > B = C = D = E')
  })
})
