import { describe, expect, it } from 'vitest'
import { binNames, leaning, toFilters } from './filters'

describe('the report of bias', () => {
  it('names its bins by the whole numbers that they hold', () => {
    expect(binNames([-20, -5, 6, 21])).toEqual(['≤−21', '−20…−6', '−5…+5', '+6…+20', '≥+21'])
  })

  it('counts ties half unless the address says otherwise, and takes only days', () => {
    expect(toFilters({ ties: 'apart', from: '2026-01-02', to: 'today' })).toEqual({
      ties: 'apart',
      from: '2026-01-02',
      to: undefined,
    })
    expect(toFilters({ ties: 'never', from: null, to: null }).ties).toBe('half')
  })

  it('calls a lean only what its interval is sure of', () => {
    expect(leaning({ low: 0.51, high: 0.6 }, 0.5)).toBe(true)
    expect(leaning({ low: 0.49, high: 0.6 }, 0.5)).toBe(false)
    expect(leaning({ low: -0.3, high: -0.1 }, 0)).toBe(true)
    expect(leaning({ low: null, high: null }, 0.5)).toBe(false)
  })
})
