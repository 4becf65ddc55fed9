import type { LoopRule, LoopRuleWishes, LoopTrigger } from '@/api/loop'
import type { Hyperparameter } from '@/api/runs'
import { toParams, type Params } from '@/components/hyperparameters/params'

const DEFAULT_N = 100

/** What the form holds; shares as the percentages that people read. */
export interface RuleValues {
  trigger: LoopTrigger
  /** Null where the field was emptied, which a nightly rule does not mind */
  n: number | null
  hour: number
  base: string
  params: Params
  setName: string
  categories: number[]
  sources: string[]
  minAgreementPercent: number | null
  benchmarkPercent: number
}

/** The form of a rule; of one that is not there yet, with our defaults. */
export function toValues(rule: LoopRule | null, setName: string, base: string, params: Params): RuleValues {
  return {
    trigger: rule?.trigger ?? 'every_n',
    n: rule?.n ?? DEFAULT_N,
    hour: rule?.hour ?? 2,
    base,
    params,
    setName: rule?.set_name ?? setName,
    categories: rule?.filters.categories ?? [],
    sources: rule?.filters.sources ?? [],
    minAgreementPercent: rule?.filters.min_agreement == null ? null : percent(rule.filters.min_agreement),
    benchmarkPercent: percent(rule?.benchmark_share ?? 0.2),
  }
}

export function toWishes(values: RuleValues, hyperparameters: readonly Hyperparameter[]): LoopRuleWishes {
  const { trigger, n, hour, base, params, setName, categories, sources, minAgreementPercent, benchmarkPercent } = values
  return {
    trigger,
    n: n ?? DEFAULT_N,
    hour,
    base: base.trim(),
    params: toParams(hyperparameters, params),
    set_name: setName.trim(),
    filters: {
      categories,
      sources,
      min_agreement: minAgreementPercent === null ? null : share(minAgreementPercent),
    },
    benchmark_share: share(benchmarkPercent),
  }
}

/** A percentage as a share of 1 and back, without the digits that binary division leaves behind (57.3 / 100). */
const share = (percentage: number) => Number((percentage / 100).toFixed(6))
const percent = (part: number) => Number((part * 100).toFixed(4))
