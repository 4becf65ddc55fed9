import { expect, test } from 'vitest'
import { toMix } from './mix'

test('what is left empty is the endpoint’s own, and a weight is 1', () => {
  expect(toMix([{ endpoint: 3 }, { endpoint: 4, weight: 2.5, temperature: 0, system: ' ' }])).toEqual([
    { endpoint: 3, weight: 1, temperature: null, system: null },
    { endpoint: 4, weight: 2.5, temperature: 0, system: null },
  ])
  expect(toMix([{ endpoint: 3, system: '请用中文回答。' }])[0]?.system).toBe('请用中文回答。')
})
