import { expect, it } from 'vitest'
import { lanesOf } from './lanes'

it('gives overlapping marks lines of their own, and uses them again behind', () => {
  expect(lanesOf([{ start: 5, end: 9 }, { start: 0, end: 6 }, { start: 8, end: 12 }, { start: 5, end: 6 }])).toEqual([1, 0, 0, 2])
  expect(lanesOf([{ start: 0, end: 5 }, { start: 5, end: 9 }])).toEqual([0, 0])
  expect(lanesOf(Array.from({ length: 4 }, () => ({ start: 0, end: 5 })))).toEqual([0, 1, 2, 0])
})
