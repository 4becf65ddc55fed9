import { inDialog, isPlainKey } from '@/lib/keyboard'

export type FlagCommand = 'next' | 'previous' | 'confirm' | 'overrule'

/** By physical key, so that no input method or layout changes it. */
const KEYS: Readonly<Record<string, FlagCommand>> = {
  KeyJ: 'next',
  KeyK: 'previous',
  KeyC: 'confirm',
  KeyO: 'overrule',
}

export function flagCommand(event: KeyboardEvent): FlagCommand | null {
  return isPlainKey(event) && !inDialog(event) ? (KEYS[event.code] ?? null) : null
}

/** The flag that takes the focus when `id` leaves the list: the next one; behind the last, the one before. */
export function after(ids: readonly number[], id: number): number | null {
  const place = ids.indexOf(id)
  return ids[place + 1] ?? ids[place - 1] ?? null
}

/** The flag `steps` away from one of `ids`, staying within them; from none, the first. */
export function moved(ids: readonly number[], from: number | null, steps: number): number | null {
  const place = from === null ? -1 : ids.indexOf(from)
  const next = place < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, place + steps))
  return ids[next] ?? null
}
