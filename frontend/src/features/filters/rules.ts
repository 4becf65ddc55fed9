import type { FilterRules } from '@/api/filters'

/** The rules as the form holds them; shares as the percentages that people read. */
export interface RuleValues {
  max_chars: number
  length_spread: number
  min_chinese: number
  max_repetition: number
  duplicate_similarity: number
  exempt: number[]
}
export type RuleName = Exclude<keyof RuleValues, 'exempt'>

interface Range {
  min: number
  max: number
  step: number
  percent: boolean
}

export const RULE_RANGES: Record<RuleName, Range> = {
  max_chars: { min: 100, max: 1_000_000, step: 500, percent: false },
  length_spread: { min: 0, max: 20, step: 0.5, percent: false },
  min_chinese: { min: 0, max: 100, step: 5, percent: true },
  max_repetition: { min: 5, max: 100, step: 5, percent: true },
  duplicate_similarity: { min: 30, max: 100, step: 5, percent: true },
}

export const RULE_DEFAULTS: RuleValues = {
  max_chars: 4000,
  length_spread: 3,
  min_chinese: 30,
  max_repetition: 50,
  duplicate_similarity: 90,
  exempt: [],
}

export function toRules(values: RuleValues): FilterRules {
  const numbers = (Object.keys(RULE_RANGES) as RuleName[]).map((name) => [
    name,
    RULE_RANGES[name].percent ? Number((values[name] / 100).toFixed(6)) : values[name],
  ])
  return { ...Object.fromEntries(numbers), exempt: values.exempt }
}

/** What the bars of a histogram hold: the first ends below edges[0], the last begins with the last edge. */
export function barNames(edges: readonly number[], shown: (value: number) => string): string[] {
  const between = edges.slice(1).map((edge, place) => `${shown(edges[place] ?? 0)}–${shown(edge)}`)
  return [`<${shown(edges[0] ?? 0)}`, ...between, `≥${shown(edges[edges.length - 1] ?? 0)}`]
}
