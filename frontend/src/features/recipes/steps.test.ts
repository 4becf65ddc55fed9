import { STEPS } from '@/api/recipes'
import { expect, it } from 'vitest'
import { stepStatus } from './steps'

const statuses = (state: Parameters<typeof stepStatus>[0]['state'], stopped_at = '') =>
  STEPS.map((step) => stepStatus({ state, stopped_at }, step))

it('has the steps before the one at work behind it, and the others ahead', () => {
  expect(statuses('preparing')).toEqual(['finish', 'finish', 'process', 'wait', 'wait', 'wait'])
  expect(statuses('human_training')).toEqual(['process', 'wait', 'wait', 'wait', 'wait', 'wait'])
  expect(statuses('done')).toEqual(Array(6).fill('finish'))
})

it('marks the step at which a recipe stopped', () => {
  expect(statuses('failed', 'scoring')).toEqual(['finish', 'error', 'wait', 'wait', 'wait', 'wait'])
  expect(statuses('cancelled', 'training')).toEqual(['finish', 'finish', 'finish', 'finish', 'finish', 'error'])
})
