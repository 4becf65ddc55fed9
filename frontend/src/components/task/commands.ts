import { isComposing, isPlainKey, isSubmitKey } from '@/lib/keyboard'
import type { Score, Verdict } from '@/lib/ordering'

export type Command =
  | { name: 'score'; score: Score }
  | { name: 'verdict'; verdict: Verdict }
  | { name: 'move'; step: 1 | -1 }
  | { name: 'discard' | 'adopt' | 'guideline' | 'help' | 'notes' | 'skip' | 'raw' | 'view' | 'prompt' | 'submit' }

/** Every key of the workbench by physical position; the help overlay lists the same groups. */
const COMMANDS: Record<string, Command> = {
  KeyG: { name: 'verdict', verdict: 'first' },
  KeyB: { name: 'verdict', verdict: 'second' },
  KeyS: { name: 'verdict', verdict: 'same' },
  ArrowRight: { name: 'move', step: 1 },
  ArrowLeft: { name: 'move', step: -1 },
  KeyX: { name: 'discard' },
  KeyA: { name: 'adopt' },
  KeyM: { name: 'guideline' },
  KeyN: { name: 'notes' },
  KeyK: { name: 'skip' },
  KeyR: { name: 'raw' },
  KeyV: { name: 'view' },
  KeyP: { name: 'prompt' },
}

function scoreKey(code: string): Command | null {
  const digit = /^(?:Digit|Numpad)([0-5])$/.exec(code)?.[1]
  return digit === undefined ? null : { name: 'score', score: Number(digit) as Score }
}

/** What a key press asks for; null where it asks for nothing. */
export function commandFor(event: KeyboardEvent): Command | null {
  if (isComposing(event)) return null
  if (isSubmitKey(event)) return event.repeat ? null : { name: 'submit' }
  if (!isPlainKey(event)) return null
  if (event.key === '?' || (event.shiftKey && event.code === 'Slash')) return { name: 'help' }
  if (event.shiftKey) return null
  return scoreKey(event.code) ?? COMMANDS[event.code] ?? null
}

/** The keys as the help overlay shows them: key caps, and the name of what they do below `task.help`. */
export const HELP: readonly (readonly [keys: readonly string[], label: string])[] = [
  [['0', '…', '5'], 'score'],
  [['Tab', '←', '→'], 'move'],
  [['g'], 'first'],
  [['b'], 'second'],
  [['s'], 'same'],
  [['x'], 'discard'],
  [['a'], 'adopt'],
  [['Ctrl/⌘', 'Enter'], 'submit'],
  [['k'], 'skip'],
  [['n'], 'notes'],
  [['m'], 'guideline'],
  [['r'], 'raw'],
  [['v'], 'view'],
  [['p'], 'prompt'],
  [['Space', '←', '→'], 'drag'],
  [['?'], 'help'],
]
