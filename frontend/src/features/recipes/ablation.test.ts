import type { Variant } from '@/api/recipes'
import { expect, it } from 'vitest'
import { plotted } from './ablation'

const subset = (accuracy: number, interval: number[] | null) => ({
  accuracy,
  exact_match: 0,
  n_prompts: 4,
  n_pairs: 12,
  intervals: interval && { accuracy: interval, exact_match: interval },
})

const row = (name: Variant['name'], figures: Variant['figures']): Variant => ({
  name,
  state: figures ? 'done' : 'training',
  error_code: '',
  error: '',
  set: { id: 1, name: '', version: 1, state: 'frozen', done: 1, total: 1 },
  run: null,
  n_prompts: 1,
  n_pairs: 1,
  figures,
})

it('plots the overall figures with their intervals beside those that the paper reports', () => {
  const figures = { open: subset(0.7, null), human: subset(0.6, null), overall: 0.5, overall_interval: [0.4, 0.6] }
  const [overall, reported, ...rest] = plotted([row('judge', null), row('judge_debias', figures)])
  expect(overall).toEqual({ name: 'overall', points: [{ x: 1, value: 0.5, interval: [0.4, 0.6], name: '' }] })
  expect(reported?.points.map(({ x, value, interval }) => [x, value, interval])).toEqual([
    [0, 0.549, null],
    [1, 0.571, null],
  ])
  expect(rest).toEqual([])
})

it('plots the accuracy on the one subset of a benchmark that has no other', () => {
  const figures = { open: subset(0.7, [0.5, 0.9]), human: null, overall: null, overall_interval: null }
  expect(plotted([row('judge', figures), row('judge_debias', null)])).toEqual([
    { name: 'open', points: [{ x: 0, value: 0.7, interval: [0.5, 0.9], name: '' }] },
  ])
  expect(plotted([row('judge', null)])).toEqual([])
})
