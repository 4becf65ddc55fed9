import type { JudgeRun } from '@/api/judging'
import { expect, it } from 'vitest'
import { usableRuns } from './usable'

const run = (changes: Partial<JudgeRun>) =>
  ({ id: 1, trial: null, released_at: null, state: 'finished', n_done: 10, ...changes }) as JudgeRun

it('takes runs of released judges that have ended with something said', () => {
  const released = run({ released_at: '2026-01-01T00:00:00Z' })
  const loose = run({ id: 2, trial: 1, state: 'cancelled' })
  const others = [run({}), run({ trial: 1, state: 'running' }), run({ trial: 1, state: 'queued' }), run({ trial: 1, n_done: 0 })]
  expect(usableRuns([released, loose, ...others])).toEqual([released, loose])
})
