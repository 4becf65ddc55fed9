import { describe, expect, it } from 'vitest'
import { barNames, RULE_DEFAULTS, toRules } from './rules'

describe('the rules of a dry run', () => {
  it('are sent as shares, without the digits that binary division leaves', () => {
    expect(toRules({ ...RULE_DEFAULTS, min_chinese: 28.7, exempt: [3] })).toEqual({
      max_chars: 4000,
      length_spread: 3,
      min_chinese: 0.287,
      max_repetition: 0.5,
      duplicate_similarity: 0.9,
      exempt: [3],
    })
  })
})

it('a histogram names one bar more than it has edges', () => {
  expect(barNames([10, 20, 50], String)).toEqual(['<10', '10–20', '20–50', '≥50'])
})
