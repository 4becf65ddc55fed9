import type { Schemas } from './types'

/** What judge runs and sampling runs have in common. */
export type CallRun = Schemas['JudgeRun'] | Schemas['SamplingRun']
export type CallRunState = Schemas['CallRunState']
export type CallOutcome = Schemas['CallOutcome']
export type Budget = Required<Schemas['BudgetRequestRequest']>

const POLL_MS = 1500

/** Whether a worker has it, or will. */
export function callRunActive(state: CallRunState): boolean {
  return state === 'queued' || state === 'running'
}

/** How often a page asks how far a run is. */
export function pollWhileActive(run: CallRun | undefined): number | false {
  return run && callRunActive(run.state) ? POLL_MS : false
}
