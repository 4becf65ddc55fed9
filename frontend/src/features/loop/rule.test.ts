import { describe, expect, it } from 'vitest'
import { toValues, toWishes } from './rule'

describe('the rule of the loop', () => {
  it('begins with our defaults and what the base recommends', () => {
    const values = toValues(null, '自动循环', 'tiny', { epochs: 6 })
    expect(values).toMatchObject({ trigger: 'every_n', n: 100, hour: 2, base: 'tiny', setName: '自动循环' })
    expect(values.benchmarkPercent).toBe(20)
    expect(values.minAgreementPercent).toBeNull()
  })

  it('comes back from the form as it went in', () => {
    const rule = {
      trigger: 'nightly' as const,
      n: 50,
      hour: 0,
      base: 'tiny',
      params: { epochs: 3 },
      set_name: '夜间',
      filters: { categories: [4], sources: ['human'], min_agreement: 0.573 },
      benchmark_share: 0.07,
      paused_at: null,
      paused_by: null,
    }
    const epochs = { name: 'epochs', type: 'int' as const, default: 2, min: 1, max: null, choices: [] }
    const { paused_at: _at, paused_by: _by, ...wished } = rule
    expect(toWishes(toValues(rule, '', 'tiny', rule.params), [epochs])).toEqual(wished)
  })
})
