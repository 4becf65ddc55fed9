import type { ProgressRow } from '@/api/runs'

export const CURVES = ['loss', 'accuracy', 'lr', 'grad_norm', 'tokens_per_s'] as const
export type Curve = (typeof CURVES)[number]

/**
 * The points (step, value) of one figure. A step that was done again after a restart from a checkpoint counts as it was
 * done last; a step that did not log the figure has no point.
 */
export function points(rows: readonly ProgressRow[], curve: Curve): [number, number][] {
  const byStep = new Map<number, number>()
  for (const row of rows) {
    const value: number | null | undefined = row[curve]
    if (value !== null && value !== undefined) byStep.set(row.step, value)
  }
  return [...byStep].sort(([one], [other]) => one - other)
}
