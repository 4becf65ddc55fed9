import type { LeaderboardRow } from '@/api/leaderboard'
import { describe, expect, it } from 'vitest'
import { categoriesOf, chosenModels } from './chosen'
import { scalingPoints } from './series'

function row(pairs: number | null, accuracy: number | null, kind: LeaderboardRow['kind'] = 'trained'): LeaderboardRow {
  const intervals = { accuracy: [0.5, 0.9], exact_match: null }
  return {
    model: { id: pairs ?? 0, name: `m${pairs}` },
    kind,
    objective: '',
    current: false,
    run: 1,
    base: '',
    set: null,
    benchmark_set: { id: 1, name: '', version: 1 },
    open: accuracy === null ? null : { accuracy, exact_match: 0, n_prompts: 1, n_pairs: 2, intervals },
    human: accuracy === null ? null : { accuracy, exact_match: 0, n_prompts: 1, n_pairs: 2, intervals: null },
    overall: null,
    overall_interval: null,
    n_pairs: 10,
    n_train_pairs: pairs,
    created_at: '2026-01-01T00:00:00Z',
  }
}

describe('scalingPoints', () => {
  it('go from few training pairs to many, whatever the rank, with their intervals', () => {
    expect(scalingPoints([row(900, 0.8), row(100, 0.6)], 'open')).toEqual([
      { x: 100, value: 0.6, interval: [0.5, 0.9], name: 'm100' },
      { x: 900, value: 0.8, interval: [0.5, 0.9], name: 'm900' },
    ])
  })

  it('leave out what is not ours, what has no figure, and what no logarithm takes; keep a figure of 0', () => {
    const rows = [row(100, null), row(300, 0), row(200, 0.7, 'judge'), row(null, 0.7, 'external'), row(0, 0.7)]
    expect(scalingPoints(rows, 'human')).toEqual([{ x: 300, value: 0, interval: null, name: 'm300' }])
  })
})

describe('the chosen models', () => {
  const offered = [1, 2, 3, 4, 5, 6].map((id) => ({ id }))

  it('are those of the address that are there, else the first three', () => {
    expect(chosenModels('6,9,x,2,6', offered)).toEqual([6, 2])
    expect(chosenModels(null, offered)).toEqual([1, 2, 3])
    expect(chosenModels('1,2,3,4,5,6', offered)).toHaveLength(5)
  })

  it('have every category that one of them has', () => {
    const figures = (...names: string[]) =>
      ({ categories: Object.fromEntries(names.map((name) => [name, {}])) }) as Parameters<typeof categoriesOf>[0][number]
    expect(categoriesOf([figures('b'), undefined, figures('a', 'b')])).toEqual(['a', 'b'])
  })
})
