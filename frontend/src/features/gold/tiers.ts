/** An order put together by giving every response the number of its tier, 1 the best. */
import { commandIn } from '@/lib/keyCommands'

export type TierNumbers = Readonly<Record<number, number | undefined>>

export type TierCommand = { tier: number } | 'next' | 'previous' | 'submit'

const TABLE: Readonly<Record<string, TierCommand>> = {
  ...Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [
      [`Digit${index + 1}`, { tier: index + 1 }],
      [`Numpad${index + 1}`, { tier: index + 1 }],
    ]).flat(),
  ),
  ArrowRight: 'next',
  KeyJ: 'next',
  ArrowLeft: 'previous',
  KeyK: 'previous',
}

/** The command that a press asks for, by its physical key. */
export const tierCommand = (event: KeyboardEvent): TierCommand | null => commandIn(TABLE, 'submit', event)

/** Tiers in order, best first, numbers nobody used left out; null while a response has no number. */
export function orderOf(responses: readonly number[], numbers: TierNumbers): number[][] | null {
  if (responses.length === 0 || responses.some((id) => numbers[id] === undefined)) return null
  const used = [...new Set(responses.map((id) => numbers[id] as number))].sort((one, other) => one - other)
  return used.map((tier) => responses.filter((id) => numbers[id] === tier))
}

/** The numbers that a ranking's tiers give. */
export function numbersOf(tiers: readonly (readonly number[])[]): TierNumbers {
  return Object.fromEntries(tiers.flatMap((tier, index) => tier.map((id) => [id, index + 1])))
}
