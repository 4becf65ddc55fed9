import { describe, expect, it } from 'vitest'
import { FREEZE_DEFAULTS, toNewSet } from './freeze'

describe('toNewSet', () => {
  it('asks for everything where nothing is narrowed down', () => {
    expect(toNewSet({ ...FREEZE_DEFAULTS, name: ' 基线集 ' })).toEqual({
      name: '基线集',
      filters: { categories: [], sources: [], min_agreement: null },
      benchmark_share: 0.2,
      seed: 0,
      note: '',
    })
  })

  it('turns percentages into shares of 1, exactly', () => {
    const set = toNewSet({ ...FREEZE_DEFAULTS, minAgreementPercent: 57.3, benchmarkPercent: 0 })
    expect(set.filters.min_agreement).toBe(0.573)
    expect(set.benchmark_share).toBe(0)
  })

  it('keeps a threshold of 0 apart from none', () => {
    expect(toNewSet({ ...FREEZE_DEFAULTS, minAgreementPercent: 0 }).filters.min_agreement).toBe(0)
  })
})
