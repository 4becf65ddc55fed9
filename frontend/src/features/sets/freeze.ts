import type { NewSet } from '@/api/sets'

/** What the freeze form holds; shares as the percentages that people read. */
export interface FreezeValues {
  name: string
  categories: number[]
  sources: string[]
  minAgreementPercent: number | null
  benchmarkPercent: number
  seed: number
  note: string
}

export const FREEZE_DEFAULTS: FreezeValues = {
  name: '',
  categories: [],
  sources: [],
  minAgreementPercent: null,
  benchmarkPercent: 20,
  seed: 0,
  note: '',
}

export function toNewSet(values: FreezeValues): NewSet {
  const { name, categories, sources, minAgreementPercent, benchmarkPercent, seed, note } = values
  return {
    name: name.trim(),
    filters: {
      categories,
      sources,
      min_agreement: minAgreementPercent === null ? null : share(minAgreementPercent),
    },
    benchmark_share: share(benchmarkPercent),
    seed,
    note: note.trim(),
  }
}

/** A percentage as a share of 1, without the digits that binary division leaves behind (57.3 / 100). */
function share(percent: number): number {
  return Number((percent / 100).toFixed(6))
}
