import type { Hyperparameter, Run } from '@/api/runs'
import { expect, it } from 'vitest'
import { chosenRuns, differingSettings, pairsOf } from './settings'

const run = (params: Record<string, unknown>, base = 'tiny') =>
  ({ base, params, set: { id: 1, name: '一', version: 1, sha256: '' } }) as Run
const known = [{ name: 'epochs', default: 2 }, { name: 'seed', default: 42 }] as Hyperparameter[]

it('takes the runs of the address once each, and no more than five', () => {
  expect(chosenRuns('3,7,3,x,-1,0,2.5')).toEqual([3, 7])
  expect(chosenRuns('1,2,3,4,5,6')).toEqual([1, 2, 3, 4, 5])
  expect(chosenRuns(null)).toEqual([])
})

it('shows only what differs, and a default where nothing was said', () => {
  expect(differingSettings([run({ epochs: 2 }), run({})], known)).toEqual([])
  expect(differingSettings([run({ epochs: 6 }), run({}, 'qwen')], known)).toEqual([
    { name: 'base', values: ['tiny', 'qwen'] },
    { name: 'epochs', values: ['6', '2'] },
  ])
})

it('keeps a setting that is no longer known', () => {
  expect(differingSettings([run({ old: 1 }), run({})], known)).toEqual([{ name: 'old', values: ['1', ''] }])
})

it('pairs everything with everything once', () => {
  expect(pairsOf([1, 2, 3])).toEqual([[1, 2], [1, 3], [2, 3]])
})
