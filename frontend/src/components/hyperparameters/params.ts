import type { Hyperparameter } from '@/api/runs'

/** Those that most runs change; the others stay folded away. */
const COMMON = ['objective', 'learning_rate', 'epochs', 'max_length', 'batch_responses']

export function splitCommon(hyperparameters: readonly Hyperparameter[]): {
  common: Hyperparameter[]
  advanced: Hyperparameter[]
} {
  const common = COMMON.flatMap((name) => hyperparameters.filter((one) => one.name === name))
  return { common, advanced: hyperparameters.filter((one) => !common.includes(one)) }
}

export type Params = Readonly<Record<string, unknown>>

/** The defaults and, above them, what the chosen base recommends. */
export function prefill(hyperparameters: readonly Hyperparameter[], recommended: Params): Params {
  return Object.fromEntries(hyperparameters.map((one) => [one.name, recommended[one.name] ?? one.default]))
}

/** The fields after a change of the base: those that still stand as they were filled in are filled in anew. */
export function refill(values: Params, before: Params, after: Params): Params {
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, values[name] === before[name] ? value : values[name]]),
  )
}

/** What a run is asked for: only what differs from the defaults, which the server knows. */
export function toParams(
  hyperparameters: readonly Hyperparameter[],
  values: Params,
): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const { name, default: standard } of hyperparameters) {
    const value = values[name]
    if (value !== undefined && value !== null && value !== '' && value !== standard) params[name] = value
  }
  return params
}

export interface Difference {
  name: string
  before: unknown
  after: unknown
}

/** The hyperparameters that stand otherwise than in the run they were taken from. */
export function changedParams(
  hyperparameters: readonly Hyperparameter[],
  original: Params,
  values: Params,
): Difference[] {
  const before = prefill(hyperparameters, original)
  return hyperparameters
    .map(({ name }) => ({ name, before: before[name] ?? null, after: values[name] ?? null }))
    .filter(({ before: old, after }) => old !== after && !(after === '' && old === null))
}
