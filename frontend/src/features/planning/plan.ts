import { ALONG, type PlanQuery } from '@/api/planning'

/** The numbers of a plan, each with its range; none is needed: what is left out is as the server has it. */
export const FIELDS = {
  prompts: { min: 1, max: 10_000_000, step: 100 },
  people: { min: 1, max: 100_000, step: 1 },
  triples_a_day: { min: 1, max: 10_000, step: 5 },
  passes: { min: 1, max: 5, step: 1 },
  responses: { min: 3, max: 12, step: 1 },
  noise: { min: 0, max: 5, step: 0.02 },
  tie_band: { min: 0, max: 2, step: 0.01 },
  threshold: { min: 0, max: 1, step: 0.05 },
} as const
export type Field = keyof typeof FIELDS
export const FIELD_NAMES = Object.keys(FIELDS) as Field[]

/** What the address holds, as the server takes it; what it could not take is left out. */
export function toPlan(address: Record<Field | 'along', string | null>): PlanQuery {
  const numbers = FIELD_NAMES.flatMap((name): [Field, number][] => {
    const text = address[name]
    const value = Number(text)
    return text !== null && value >= FIELDS[name].min && value <= FIELDS[name].max ? [[name, value]] : []
  })
  return { ...Object.fromEntries(numbers), along: ALONG.find((name) => name === address.along) }
}
