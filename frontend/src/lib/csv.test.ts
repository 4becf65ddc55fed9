import { expect, test } from 'vitest'
import { csvAddress } from './csv'

test('a table is fetched with the filters that are set, and no others', () => {
  expect(csvAddress('/api/projects/1/gold', { category: '7', active: null })).toBe('/api/projects/1/gold?category=7&export=csv')
  expect(csvAddress('/api/projects/1/gold', {})).toBe('/api/projects/1/gold?export=csv')
})
