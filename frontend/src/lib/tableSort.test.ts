import { describe, expect, it } from 'vitest'
import { compareNumbers, parseSort, type Order } from './tableSort'

/** As the table component does it: ascending by the comparison, descending by its negative. */
const sorted = (values: (number | null)[], order: Order) =>
  [...values].sort((a, b) => compareNumbers(a, b, order) * (order === 'descend' ? -1 : 1))

describe('the order of a table', () => {
  it('reads the column and the direction from the address', () => {
    expect(parseSort(null)).toBeNull()
    expect(parseSort('gold')).toEqual({ key: 'gold', order: 'ascend' })
    expect(parseSort('-gold')).toEqual({ key: 'gold', order: 'descend' })
  })

  it('keeps rows without a figure at the end, whichever way it goes', () => {
    expect(sorted([null, 2, 0, null, 1], 'ascend')).toEqual([0, 1, 2, null, null])
    expect(sorted([null, 2, 0, null, 1], 'descend')).toEqual([2, 1, 0, null, null])
  })
})
