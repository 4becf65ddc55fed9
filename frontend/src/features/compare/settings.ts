import type { Hyperparameter, Run } from '@/api/runs'

/** At most so many runs stand side by side. */
export const MOST_RUNS = 5

/** The runs that an address names (`?runs=3,7`): each once, those that are no numbers left out. */
export function chosenRuns(text: string | null): number[] {
  const ids = (text ?? '').split(',').map(Number)
  return [...new Set(ids.filter((id) => Number.isInteger(id) && id > 0))].slice(0, MOST_RUNS)
}

export interface Setting {
  name: string
  /** As each run had it, in the order of the runs */
  values: string[]
}

/** The settings in which the runs differ: set, base, and hyperparameters, whose defaults count where nothing was said. */
export function differingSettings(runs: readonly Run[], hyperparameters: readonly Hyperparameter[]): Setting[] {
  const defaults = new Map(hyperparameters.map(({ name, default: standard }) => [name, standard]))
  const names = new Set([...defaults.keys(), ...runs.flatMap(({ params }) => Object.keys(params))])
  const all = [
    { name: 'set', values: runs.map(({ set }) => `${set.name} v${set.version}`) },
    { name: 'base', values: runs.map(({ base }) => base) },
    ...[...names].map((name) => ({
      name,
      values: runs.map(({ params }) => String((params as Record<string, unknown>)[name] ?? defaults.get(name) ?? '')),
    })),
  ]
  return all.filter(({ values }) => new Set(values).size > 1)
}

/** Every pair of things, each once, in order. */
export function pairsOf<T>(things: readonly T[]): [T, T][] {
  return things.flatMap((one, index) => things.slice(index + 1).map((other): [T, T] => [one, other]))
}
