/** A decision in the making: what the reader has chosen for each difference, and what follows from it. */
import type { Decision, Dispute, DisputeComparison, DisputedDiscard } from '@/api/disputes'
import { comparisonKey, type Chosen } from '@/components/compare/verdicts'
import { preferenceGraph, type ComparisonValue, type PreferenceGraph, type Verdict } from '@/lib/ranking'

export interface Draft {
  /** Verdicts by comparison key */
  chosen: Chosen
  /** Whether a response on which the passes differ is discarded, by response */
  discards: Readonly<Record<number, boolean>>
  reason: string
  clause: string
}

export const EMPTY_DRAFT: Draft = { chosen: {}, discards: {}, reason: '', clause: '' }

type Settled = Pick<Dispute, 'comparisons' | 'discards'>

export function discardKey({ response }: Pick<DisputedDiscard, 'response'>): string {
  return `discard:${response}`
}

export function differing(comparisons: readonly DisputeComparison[]): DisputeComparison[] {
  return comparisons.filter(({ same }) => !same)
}

/** Everything that a decision must settle, by key, in the order of the rows: discards first, then comparisons. */
export function openKeys({ comparisons, discards }: Settled): string[] {
  return [...discards.map(discardKey), ...differing(comparisons).map(comparisonKey)]
}

export function choose(draft: Draft, comparison: DisputeComparison, verdict: Verdict): Draft {
  return { ...draft, chosen: { ...draft.chosen, [comparisonKey(comparison)]: verdict } }
}

export function chooseDiscard(draft: Draft, { response }: DisputedDiscard, discarded: boolean): Draft {
  return { ...draft, discards: { ...draft.discards, [response]: discarded } }
}

/** What of the open keys has no choice yet. */
export function unsettled(dispute: Settled, draft: Draft): string[] {
  const settled = new Set([
    ...Object.keys(draft.chosen),
    ...Object.keys(draft.discards).map((response) => discardKey({ response: Number(response) })),
  ])
  return openKeys(dispute).filter((key) => !settled.has(key))
}

/** The difference to go to after `key`: the next one without a choice, wrapping round, or null where none is left. */
export function nextOpen(dispute: Settled, draft: Draft, key: string): string | null {
  const keys = openKeys(dispute)
  const left = new Set(unsettled(dispute, draft))
  const at = keys.indexOf(key)
  return [...keys.slice(at + 1), ...keys.slice(0, at + 1)].find((candidate) => left.has(candidate)) ?? null
}

/** `step` rows up or down among the differences, without running over either end. */
export function neighbour(keys: readonly string[], key: string, step: 1 | -1): string {
  return keys[keys.indexOf(key) + step] ?? key
}

export type Missing = 'verdicts' | 'reason'

/** What still keeps the decision from being confirmed. */
export function missing(dispute: Settled, draft: Draft): Missing | null {
  if (unsettled(dispute, draft).length > 0) return 'verdicts'
  return draft.reason.trim() === '' ? 'reason' : null
}

export function toDecision({ comparisons, discards }: Settled, draft: Draft): Decision {
  const verdicts = differing(comparisons).flatMap((row) => {
    const verdict = draft.chosen[comparisonKey(row)]
    return verdict ? [{ task: row.task, response_a: row.response_a, response_b: row.response_b, verdict }] : []
  })
  const settled = discards.flatMap(({ response }) => {
    const discarded = draft.discards[response]
    return discarded === undefined ? [] : [{ response, discarded }]
  })
  return { verdicts, discards: settled, reason: draft.reason.trim(), clause: draft.clause.trim() }
}

type Compared = Pick<Dispute, 'graph' | 'comparisons'>

/** The graph if the draft's verdicts replaced what the passes said; comparisons still open count as both said. */
export function graphWithDraft(dispute: Compared, draft: Draft): PreferenceGraph {
  const verdicts = (row: DisputeComparison) => {
    const verdict = draft.chosen[comparisonKey(row)]
    return verdict ? [verdict] : row.verdicts.map((said) => said.verdict)
  }
  return graphOf(dispute, verdicts, (response) => draft.discards[response] !== true)
}

/** The graph if every difference went to one pass. */
export function graphWithPass(dispute: Compared, pass: number): PreferenceGraph {
  return graphOf(dispute, (row) => row.verdicts.filter((said) => said.pass === pass).map((said) => said.verdict))
}

/** The graph of what the passes said, but for one pass's verdict on one comparison. */
export function graphWithout(dispute: Compared, without: DisputeComparison, pass: number): PreferenceGraph {
  const key = comparisonKey(without)
  const counts = (row: DisputeComparison, of: number) => comparisonKey(row) !== key || of !== pass
  return graphOf(dispute, (row) => row.verdicts.filter((said) => counts(row, said.pass)).map((said) => said.verdict))
}

function graphOf(
  { graph, comparisons }: Compared,
  verdicts: (row: DisputeComparison) => Verdict[],
  keeps: (response: number) => boolean = () => true,
): PreferenceGraph {
  // A discarded response is no node of the graph, and what was said of it does not count.
  const nodes = graph.nodes.filter(keeps)
  const counted = comparisons.filter(({ response_a, response_b }) => nodes.includes(response_a) && nodes.includes(response_b))
  const values: ComparisonValue[] = counted.flatMap((row) => verdicts(row).map((verdict) => ({ ...row, verdict })))
  return preferenceGraph(nodes, values)
}
