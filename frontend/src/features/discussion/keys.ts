import { commandIn } from '@/lib/keyCommands'
import type { Verdict } from '@/lib/ranking'

export type Command =
  | { name: 'move'; step: 1 | -1 }
  | { name: 'verdict'; verdict: Verdict }
  | { name: 'take' | 'keep' | 'discard' | 'diff' | 'write' | 'guideline' | 'escalate' | 'send' | 'close' }

const COMMANDS: Record<string, Command> = {
  KeyJ: { name: 'move', step: 1 },
  ArrowDown: { name: 'move', step: 1 },
  KeyK: { name: 'move', step: -1 },
  ArrowUp: { name: 'move', step: -1 },
  KeyT: { name: 'take' },
  Enter: { name: 'keep' },
  KeyG: { name: 'verdict', verdict: 'a' },
  KeyB: { name: 'verdict', verdict: 'b' },
  KeyS: { name: 'verdict', verdict: 'equal' },
  KeyX: { name: 'discard' },
  KeyD: { name: 'diff' },
  KeyC: { name: 'write' },
  KeyM: { name: 'guideline' },
  KeyE: { name: 'escalate' },
  Escape: { name: 'close' },
}

/** What a key press asks for on the page of a discussion, or null. */
export function commandFor(event: KeyboardEvent): Command | null {
  return commandIn<Command>(COMMANDS, { name: 'send' }, event)
}
