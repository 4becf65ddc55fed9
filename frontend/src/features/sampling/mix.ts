import type { NewSamplingRun } from '@/api/sampling'

/** A model of the mix as it is typed; what is left empty is the endpoint's own. */
export interface SourceValues {
  endpoint: number
  weight?: number | null
  temperature?: number | null
  system?: string | null
}

export function toMix(values: readonly SourceValues[]): NewSamplingRun['mix'] {
  return values.map(({ endpoint, weight, temperature, system }) => ({
    endpoint,
    weight: weight ?? 1,
    temperature: temperature ?? null,
    system: system?.trim() ? system : null,
  }))
}
