import { MICROS } from '@/api/endpoints'
import type { Budget } from '@/api/calls'

/** A budget as people type it: tokens, and money in the currency of the prices. */
export interface BudgetValues {
  tokens?: number | null
  money?: number | null
}

export function toBudget({ tokens, money }: BudgetValues): Budget {
  return {
    budget_tokens: tokens ?? null,
    budget_micros: money === null || money === undefined ? null : Math.round(money * MICROS),
  }
}

/** Money of the server's millionths. */
export function fromMicros(micros: number): number {
  return micros / MICROS
}
