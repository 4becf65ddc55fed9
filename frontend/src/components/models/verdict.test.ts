import { expect, it } from 'vitest'
import { verdictOf } from './verdict'

it('calls a difference sure only where its interval leaves 0 out', () => {
  expect(verdictOf({ low: 0.001, high: 0.2 })).toBe('better')
  expect(verdictOf({ low: -0.2, high: -0.001 })).toBe('worse')
  expect(verdictOf({ low: -0.001, high: 0.2 })).toBe('unsure')
  expect(verdictOf({ low: 0, high: 0 })).toBe('unsure')
})
