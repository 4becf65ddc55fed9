import type { JudgeRun } from '@/api/judging'

/** The judge runs that a recipe takes: of a released judge, no longer at work, and with something said. */
export function usableRuns(runs: readonly JudgeRun[]): JudgeRun[] {
  return runs.filter(
    ({ trial, released_at, state, n_done }) =>
      (trial !== null || released_at !== null) && state !== 'queued' && state !== 'running' && n_done > 0,
  )
}
