import type { ExamStanding } from '@/api/exams'
import { expect, it } from 'vitest'
import { wayOf } from './standing'

const now = Date.parse('2026-03-01T12:00:00Z')
const standing: ExamStanding = {
  category: { id: 1, path: ['数学'] },
  state: 'open',
  exam: null,
  needed: true,
  n_items: 10,
  mark: 0.8,
  attempts_left: 2,
  retake_at: null,
  accuracy: null,
}

it.each([
  ['start', {}],
  ['continue', { state: 'running', exam: 4 }],
  ['wait', { state: 'failed', retake_at: '2026-03-02T12:00:00Z' }],
  ['start', { state: 'failed', retake_at: '2026-03-01T11:00:00Z' }],
  ['none', { state: 'failed', attempts_left: 0 }],
  ['none', { state: 'qualified' }],
  ['none', { state: 'barred' }],
  ['none', { n_items: 0 }],
] as const)('%s: %o', (way, change) => {
  expect(wayOf({ ...standing, ...change }, now)).toBe(way)
})
