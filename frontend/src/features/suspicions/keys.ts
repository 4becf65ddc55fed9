import { commandIn } from '@/lib/keyCommands'
import type { Verdict } from '@/lib/ranking'

export type Command = { name: 'verdict'; verdict: Verdict } | { name: 'next' | 'diff' | 'reason' }

/** By physical key, as everywhere a pair is judged. */
const COMMANDS: Readonly<Record<string, Command>> = {
  KeyG: { name: 'verdict', verdict: 'a' },
  KeyB: { name: 'verdict', verdict: 'b' },
  KeyS: { name: 'verdict', verdict: 'equal' },
  KeyD: { name: 'diff' },
  KeyC: { name: 'reason' },
  KeyJ: { name: 'next' },
  Enter: { name: 'next' },
}

/** What a key press asks for, or null. */
export function commandFor(event: KeyboardEvent): Command | null {
  return commandIn<Command>(COMMANDS, { name: 'next' }, event)
}
