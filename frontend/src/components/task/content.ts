/** All that an annotator says of one task, as the page holds it until it is handed in. Plain values, so that it can be stored. */
import type { Ordering } from '@/lib/ordering'

export const SEVERITIES = ['minor', 'major', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Characters (code points) of a response's text as it was delivered, end exclusive. */
export interface Span {
  response: number
  start: number
  end: number
}

/** A span that is at fault: in what, how much, and why. Spans may overlap. */
export interface FaultMark extends Span {
  /** Tells marks apart in this browser; the server does not see it */
  id: string
  /** A key of the project's list */
  kind: string
  severity: Severity
  note: string
}

/** A fact that was checked: where, and what was found there. Either may be empty, not both. */
export interface EvidenceItem {
  url: string
  note: string
}

export interface Content {
  ordering: Ordering
  notes: string
  /** No response would do as an answer: a mark of its own, no place in the order */
  noneAcceptable: boolean
  evidence: readonly EvidenceItem[]
  faults: readonly FaultMark[]
}
