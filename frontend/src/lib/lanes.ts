/** Marks that overlap are drawn on lines of their own. */
import type { TextSpan } from './offsets'

/** How many lines there are; further marks share them. */
const LANES = 3

/** The line of each span: the first that no overlapping span before it has. */
export function lanesOf(spans: readonly TextSpan[]): number[] {
  const order = spans.map((_, index) => index).sort((a, b) => (spans[a]?.start ?? 0) - (spans[b]?.start ?? 0))
  const lanes = spans.map(() => 0)
  const free: number[] = Array.from({ length: LANES }, () => 0)
  for (const index of order) {
    const span = spans[index]
    if (!span) continue
    const lane = free.findIndex((end) => end <= span.start)
    const taken = lane < 0 ? free.indexOf(Math.min(...free)) : lane
    lanes[index] = taken
    free[taken] = Math.max(free[taken] ?? 0, span.end)
  }
  return lanes
}
