import type { ProgressRow } from '@/api/runs'
import { describe, expect, it } from 'vitest'
import { points } from './curves'

const rest = { accuracy: 0.5, lr: 1e-5, grad_norm: 1, tokens_per_s: 900 }
const row = (step: number, loss: number): ProgressRow => ({ step, loss, ...rest })

describe('points', () => {
  it('are (step, value), in the order of the steps', () => {
    expect(points([row(2, 0.6), row(1, 0.7)], 'loss')).toEqual([
      [1, 0.7],
      [2, 0.6],
    ])
  })

  it('take a step that was done again as it was done last', () => {
    expect(points([row(1, 0.7), row(2, 0.6), row(2, 0.5)], 'loss')).toEqual([
      [1, 0.7],
      [2, 0.5],
    ])
  })

  it('leave out a step that did not log the figure', () => {
    const silent = { step: 2 } as ProgressRow
    expect(points([row(1, 0.7), silent], 'loss')).toEqual([[1, 0.7]])
  })
})
