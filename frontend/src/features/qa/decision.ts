/** A decision in the making: what the reader has chosen for each differing comparison, and what follows from it. */
import type { Decision, Dispute, DisputeComparison } from '@/api/disputes'
import { preferenceGraph, type ComparisonValue, type PreferenceGraph, type Verdict } from '@/lib/ranking'

export interface Draft {
  /** Verdicts by comparison key */
  chosen: Readonly<Record<string, Verdict>>
  reason: string
  clause: string
}

export const EMPTY_DRAFT: Draft = { chosen: {}, reason: '', clause: '' }

/** Names one comparison of a prompt: the same pair may stand in several tasks. */
export function comparisonKey({ task, response_a, response_b }: DisputeComparison): string {
  return `${task}:${response_a}:${response_b}`
}

export function differing(comparisons: readonly DisputeComparison[]): DisputeComparison[] {
  return comparisons.filter(({ same }) => !same)
}

export function choose(draft: Draft, comparison: DisputeComparison, verdict: Verdict): Draft {
  return { ...draft, chosen: { ...draft.chosen, [comparisonKey(comparison)]: verdict } }
}

/** The differing comparison to go to after `key`: the next one without a verdict, else the next one. */
export function nextOpen(comparisons: readonly DisputeComparison[], draft: Draft, key: string): string {
  const keys = differing(comparisons).map(comparisonKey)
  const at = keys.indexOf(key)
  const order = [...keys.slice(at + 1), ...keys.slice(0, at)]
  return order.find((candidate) => !(candidate in draft.chosen)) ?? key
}

/** `step` rows up or down among all comparisons that differ, without running over either end. */
export function neighbour(comparisons: readonly DisputeComparison[], key: string, step: 1 | -1): string {
  const keys = differing(comparisons).map(comparisonKey)
  return keys[keys.indexOf(key) + step] ?? key
}

export type Missing = 'verdicts' | 'reason'

/** What still keeps the decision from being confirmed. */
export function missing({ comparisons }: Pick<Dispute, 'comparisons'>, draft: Draft): Missing | null {
  if (differing(comparisons).some((row) => !(comparisonKey(row) in draft.chosen))) return 'verdicts'
  return draft.reason.trim() === '' ? 'reason' : null
}

export function toDecision({ comparisons }: Pick<Dispute, 'comparisons'>, draft: Draft): Decision {
  const verdicts = differing(comparisons).flatMap((row) => {
    const verdict = draft.chosen[comparisonKey(row)]
    return verdict ? [{ task: row.task, response_a: row.response_a, response_b: row.response_b, verdict }] : []
  })
  return { verdicts, reason: draft.reason.trim(), clause: draft.clause.trim() }
}

type Compared = Pick<Dispute, 'graph' | 'comparisons'>

/** The graph if the draft's verdicts replaced what the passes said; comparisons still open count as both said. */
export function graphWithDraft(dispute: Compared, draft: Draft): PreferenceGraph {
  return graphOf(dispute, (row) => {
    const verdict = draft.chosen[comparisonKey(row)]
    return verdict ? [verdict] : row.verdicts.map((said) => said.verdict)
  })
}

/** The graph if every difference went to one pass. */
export function graphWithPass(dispute: Compared, pass: number): PreferenceGraph {
  return graphOf(dispute, (row) => row.verdicts.filter((said) => said.pass === pass).map((said) => said.verdict))
}

function graphOf({ graph, comparisons }: Compared, verdicts: (row: DisputeComparison) => Verdict[]): PreferenceGraph {
  // A response that both passes discarded is no node of the graph, and what was said of it does not count.
  const counted = comparisons.filter(
    ({ response_a, response_b }) => graph.nodes.includes(response_a) && graph.nodes.includes(response_b),
  )
  const values: ComparisonValue[] = counted.flatMap((row) =>
    (row.same ? row.verdicts.map((said) => said.verdict) : verdicts(row)).map((verdict) => ({ ...row, verdict })),
  )
  return preferenceGraph(graph.nodes, values)
}
