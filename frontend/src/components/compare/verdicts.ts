/** What is shown of a comparison wherever it is judged: in a dispute, a review, a discussion. */
import { letterAt } from '@/lib/hues'
import type { Verdict } from '@/lib/ranking'

/** What one pass says of a comparison, under a name that tells nothing. */
export interface Said {
  pass: number
  by: string
  verdict: Verdict
  score_a: number | null
  score_b: number | null
  notes: string
  /** What the same person said before, oldest first */
  history?: readonly { verdict: Verdict; at: string }[]
}

export interface ComparedRow {
  task: number
  response_a: number
  response_b: number
  /** Whether the passes agree */
  same: boolean
  verdicts: readonly Said[]
}

export interface ShownResponse {
  id: number
  label: string
  text: string
  discarded?: boolean
  /** Where a model's name was replaced, in characters */
  masks?: readonly { start: number; end: number }[]
}

/** Verdicts in the making, by comparison key. */
export type Chosen = Readonly<Record<string, Verdict>>

/** The display position of a response: 0 is A. */
export type Position = (response: number) => number

/** Names one comparison of a prompt: the same pair may stand in several tasks. */
export function comparisonKey({ task, response_a, response_b }: Pick<ComparedRow, 'task' | 'response_a' | 'response_b'>): string {
  return `${task}:${response_a}:${response_b}`
}

const SIGNS = { a: '>', b: '<', equal: '=' } as const

/** A verdict under the letters of its responses: `A > B`. */
export function verdictText(a: number, b: number, verdict: Verdict): string {
  return `${letterAt(a)} ${SIGNS[verdict]} ${letterAt(b)}`
}
