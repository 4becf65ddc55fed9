import { isComposing, isPlainKey, isSubmitKey } from '@/lib/keyboard'
import type { Verdict } from '@/lib/ranking'

export type Command =
  | { name: 'move'; step: 1 | -1 }
  | { name: 'takePass'; index: 0 | 1 }
  | { name: 'other' }
  | { name: 'verdict'; verdict: Verdict }
  | { name: 'close' }
  | { name: 'guideline' }
  | { name: 'confirm' }

/** By physical key, so that a Chinese input method or another keyboard layout changes nothing. */
const COMMANDS: Record<string, Command> = {
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
  Escape: { name: 'close' },
  Enter: { name: 'confirm' },
}

const PRESSABLE = 'button, a, summary, [role="button"]'

/**
 * What a key press asks for, or null. Inside a text field only Ctrl/Cmd+Enter means anything; Enter on a button stays
 * with the button, and a dialogue keeps its keys.
 */
export function commandFor(event: KeyboardEvent): Command | null {
  const target = event.target instanceof Element ? event.target : null
  if (isComposing(event) || target?.closest('[role="dialog"]')) return null
  if (isSubmitKey(event)) return { name: 'confirm' }
  if (!isPlainKey(event) || (event.code === 'Enter' && target?.closest(PRESSABLE))) return null
  return COMMANDS[event.code] ?? null
}
