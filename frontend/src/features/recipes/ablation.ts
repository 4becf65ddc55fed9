import { SUBSETS } from '@/api/prompts'
import type { Variant } from '@/api/recipes'
import type { Estimate } from '@/components/charts/modelOptions'
import { REPORTED } from './reported'

export type PlottedName = 'overall' | 'reported' | 'open' | 'human'

interface Plotted {
  name: PlottedName
  points: Estimate[]
}

const point = (x: number, value: number | null | undefined, interval: readonly number[] | null | undefined): Estimate[] => {
  const [low, high] = interval ?? []
  const ends = low !== undefined && high !== undefined ? ([low, high] as const) : null
  return value === null || value === undefined ? [] : [{ x, value, interval: ends, name: '' }]
}

/**
 * What is plotted of an ablation: the overall figures beside those that the paper reports; where the benchmark has one
 * subset, so that nothing has an overall figure, the accuracy on that one.
 */
export function plotted(variants: readonly Variant[]): Plotted[] {
  const overall = variants.flatMap(({ figures }, x) => point(x, figures?.overall, figures?.overall_interval))
  if (overall.length > 0) {
    const reported = variants.flatMap(({ name }, x) => point(x, REPORTED[name], null))
    return [{ name: 'overall', points: overall }, { name: 'reported', points: reported }]
  }
  return SUBSETS.map((name) => ({
    name,
    points: variants.flatMap(({ figures }, x) =>
      point(x, figures?.[name]?.accuracy, figures?.[name]?.intervals?.accuracy),
    ),
  })).filter(({ points }) => points.length > 0)
}
