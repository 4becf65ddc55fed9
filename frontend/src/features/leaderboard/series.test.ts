import type { LeaderboardRow } from '@/api/leaderboard'
import { describe, expect, it } from 'vitest'
import { scalingPoints } from './series'

function row(pairs: number, accuracy: number | null): LeaderboardRow {
  const set = { id: 1, name: '', version: 1 }
  const rates = { accuracy, exact_match: 0 }
  return {
    model: { id: pairs, name: '' },
    run: 1,
    base: '',
    set,
    benchmark_set: set,
    open: accuracy === null ? null : { ...rates, n_prompts: 1, n_pairs: 2, micro: rates, categories: {} },
    human: null,
    overall: null,
    n_pairs: 10,
    n_train_pairs: pairs,
    created_at: '2026-01-01T00:00:00Z',
  }
}

describe('scalingPoints', () => {
  it('go from few training pairs to many, whatever the rank', () => {
    expect(scalingPoints([row(900, 0.8), row(100, 0.6), row(300, 0.7)], 'openAccuracy')).toEqual([
      [100, 0.6],
      [300, 0.7],
      [900, 0.8],
    ])
  })

  it('leave out a model without the figure, and keep one whose figure is 0', () => {
    expect(scalingPoints([row(100, null), row(300, 0.7)], 'openExact')).toEqual([[300, 0]])
  })
})
