import { commandIn } from '@/lib/keyCommands'
import type { Verdict } from '@/lib/ranking'

export type Command =
  | { name: 'move'; step: 1 | -1 }
  | { name: 'takePass'; index: number }
  | { name: 'other' }
  | { name: 'verdict'; verdict: Verdict }
  | { name: 'close' }
  | { name: 'guideline' }
  | { name: 'diff' }
  | { name: 'escalate' }
  | { name: 'confirm' }

/** By physical key, so that a Chinese input method or another keyboard layout changes nothing. */
const COMMANDS: Readonly<Record<string, Command>> = {
  KeyJ: { name: 'move', step: 1 },
  ArrowDown: { name: 'move', step: 1 },
  KeyK: { name: 'move', step: -1 },
  ArrowUp: { name: 'move', step: -1 },
  Digit1: { name: 'takePass', index: 0 },
  Numpad1: { name: 'takePass', index: 0 },
  Digit2: { name: 'takePass', index: 1 },
  Numpad2: { name: 'takePass', index: 1 },
  Digit3: { name: 'other' },
  Numpad3: { name: 'other' },
  KeyG: { name: 'verdict', verdict: 'a' },
  KeyB: { name: 'verdict', verdict: 'b' },
  KeyS: { name: 'verdict', verdict: 'equal' },
  KeyM: { name: 'guideline' },
  KeyD: { name: 'diff' },
  KeyE: { name: 'escalate' },
  Escape: { name: 'close' },
  Enter: { name: 'confirm' },
}

/** What a key press asks for, or null. */
export function commandFor(event: KeyboardEvent): Command | null {
  return commandIn(COMMANDS, { name: 'confirm' }, event)
}
