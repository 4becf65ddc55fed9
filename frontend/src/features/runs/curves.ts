import type { ProgressRow } from '@/api/runs'

export const CURVES = ['loss', 'accuracy', 'grad_norm', 'lr', 'tokens_per_s', 'memory_mb'] as const
export type Curve = (typeof CURVES)[number]

type Figure = (row: ProgressRow) => number | null | undefined

/**
 * The points (step, value) of one figure. A step that was done again after a restart from a checkpoint counts as it was
 * done last; a step that did not log the figure has no point.
 */
export function points(rows: readonly ProgressRow[], curve: Curve | Figure): [number, number][] {
  const figure: Figure = typeof curve === 'function' ? curve : (row) => row[curve]
  const byStep = new Map<number, number>()
  for (const row of rows) {
    const value = figure(row)
    if (value !== null && value !== undefined) byStep.set(row.step, value)
  }
  return [...byStep].sort(([one], [other]) => one - other)
}

/** The parts of the loss that some step logged, in the order they first came. */
export function lossParts(rows: readonly ProgressRow[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row.loss_parts ?? {})))]
}

/** What the engine did otherwise than asked, each said once: in its order. */
export function notesOf(rows: readonly ProgressRow[], afterwards: readonly string[]): string[] {
  return [...new Set([...rows.flatMap((row) => row.notes ?? []), ...afterwards])]
}
