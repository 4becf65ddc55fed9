/** A review in the making: what is to be rejected or overruled, and what is sent for it. */
import type { Overruling, Rejection, ReturnTo, Review, ReviewComparison, ReviewSlot, Span } from '@/api/reviews'
import { comparisonKey, type Chosen } from '@/components/compare/verdicts'
import { preferenceGraph, type PreferenceGraph, type Verdict } from '@/lib/ranking'

export type Mode = 'read' | 'reject' | 'overrule'

export interface Draft {
  /** What is rejected, by slot key */
  slots: ReadonlySet<string>
  /** Where the faults lie */
  spans: readonly Span[]
  returnTo: ReturnTo
  /** Verdicts in place of those that stand, by comparison key */
  chosen: Chosen
  reason: string
  clause: string
}

export const EMPTY_DRAFT: Draft = { slots: new Set(), spans: [], returnTo: 'same', chosen: {}, reason: '', clause: '' }

/** Names one task in one pass. */
export function slotKey({ task, pass }: Pick<ReviewSlot, 'task' | 'pass'>): string {
  return `${task}-${pass}`
}

export function toggleSlot(draft: Draft, slot: ReviewSlot): Draft {
  const slots = new Set(draft.slots)
  if (!slots.delete(slotKey(slot))) slots.add(slotKey(slot))
  return { ...draft, slots }
}

/** Gives a verdict on a comparison, or takes back the one given. */
export function toggleVerdict(draft: Draft, row: ReviewComparison, verdict: Verdict): Draft {
  const key = comparisonKey(row)
  const { [key]: before, ...others } = draft.chosen
  return { ...draft, chosen: before === verdict ? others : { ...others, [key]: verdict } }
}

export type Missing = 'slots' | 'spans' | 'verdicts' | 'reason'

/** What still keeps a rejection or an overruling from being sent. */
export function missing({ slots }: Pick<Review, 'slots'>, draft: Draft, mode: Mode): Missing | null {
  if (mode === 'reject') {
    const chosen = slots.filter((slot) => draft.slots.has(slotKey(slot)))
    if (chosen.length === 0) return 'slots'
    const placed = (span: Span) => chosen.some((slot) => slot.response_ids.includes(span.response))
    if (!draft.spans.every(placed)) return 'spans'
  } else if (Object.keys(draft.chosen).length === 0) return 'verdicts'
  return draft.reason.trim() === '' ? 'reason' : null
}

/** The rejection; each slot carries the faults in its own responses. */
export function toRejection({ slots }: Pick<Review, 'slots'>, draft: Draft): Rejection {
  return {
    reason: draft.reason.trim(),
    return_to: draft.returnTo,
    slots: slots
      .filter((slot) => draft.slots.has(slotKey(slot)))
      .map(({ task, pass, response_ids }) => ({
        task,
        pass,
        reason: '',
        spans: draft.spans.filter((span) => response_ids.includes(span.response)),
      })),
  }
}

export function toOverruling({ comparisons }: Pick<Review, 'comparisons'>, draft: Draft): Overruling {
  const verdicts = comparisons.flatMap((row) => {
    const verdict = draft.chosen[comparisonKey(row)]
    return verdict ? [{ task: row.task, response_a: row.response_a, response_b: row.response_b, verdict }] : []
  })
  return { verdicts, reason: draft.reason.trim(), clause: draft.clause.trim() }
}

/** The ranking if the verdicts given took the place of those that stand. */
export function graphWithDraft({ graph, comparisons }: Pick<Review, 'graph' | 'comparisons'>, draft: Draft): PreferenceGraph {
  const stands = (row: ReviewComparison): Verdict[] => {
    const given = draft.chosen[comparisonKey(row)] ?? row.decided?.verdict
    return given ? [given] : row.verdicts.map(({ verdict }) => verdict)
  }
  const counted = comparisons.filter((row) => [row.response_a, row.response_b].every((id) => graph.nodes.includes(id)))
  return preferenceGraph(graph.nodes, counted.flatMap((row) => stands(row).map((verdict) => ({ ...row, verdict }))))
}
