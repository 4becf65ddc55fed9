import { inTextField, isComposing, isPlainKey, isSubmitKey } from '@/lib/keyboard'
import type { Score, Verdict } from '@/lib/ordering'

export type Command =
  | { name: 'score'; score: Score }
  | { name: 'verdict'; verdict: Verdict }
  | { name: 'move'; step: 1 | -1 }
  | { name: 'font' | 'width'; step: 1 | -1 }
  | { name: 'undo'; held?: boolean }
  | { name: Plain }

type Plain =
  | 'discard' | 'noneAcceptable' | 'adoptScores' | 'adoptOrder' | 'submit' | 'skip' | 'redo' | 'fault'
  | 'find' | 'diff' | 'diffBack' | 'diffUnit' | 'diffWide' | 'notes' | 'evidence' | 'guideline' | 'guidelineFind'
  | 'recent' | 'raw' | 'view' | 'prompt' | 'sync' | 'theme' | 'help' | 'close'

/** Every key of the workbench by physical position; the help overlay lists the same groups. */
const COMMANDS: Record<string, Command> = {
  KeyG: { name: 'verdict', verdict: 'first' },
  KeyB: { name: 'verdict', verdict: 'second' },
  KeyS: { name: 'verdict', verdict: 'same' },
  ArrowRight: { name: 'move', step: 1 },
  ArrowLeft: { name: 'move', step: -1 },
  KeyX: { name: 'discard' },
  KeyU: { name: 'noneAcceptable' },
  KeyA: { name: 'adoptScores' },
  KeyO: { name: 'adoptOrder' },
  KeyF: { name: 'fault' },
  KeyD: { name: 'diff' },
  KeyW: { name: 'diffUnit' },
  KeyL: { name: 'diffWide' },
  KeyE: { name: 'evidence' },
  KeyH: { name: 'recent' },
  KeyM: { name: 'guideline' },
  KeyN: { name: 'notes' },
  KeyK: { name: 'skip' },
  KeyR: { name: 'raw' },
  KeyV: { name: 'view' },
  KeyP: { name: 'prompt' },
  KeyY: { name: 'sync' },
  KeyT: { name: 'theme' },
  Slash: { name: 'find' },
  Minus: { name: 'font', step: -1 },
  Equal: { name: 'font', step: 1 },
  BracketLeft: { name: 'width', step: -1 },
  BracketRight: { name: 'width', step: 1 },
  Escape: { name: 'close' },
}

/** With Shift: what belongs to the same key without it. */
const SHIFTED: Record<string, Command> = {
  Slash: { name: 'help' },
  KeyD: { name: 'diffBack' },
  KeyM: { name: 'guidelineFind' },
}

function scoreKey(code: string): Command | null {
  const digit = /^(?:Digit|Numpad)([0-5])$/.exec(code)?.[1]
  return digit === undefined ? null : { name: 'score', score: Number(digit) as Score }
}

/** Ctrl/Cmd+Z and its opposites. Inside a text field they belong to the field. */
function historyKey(event: KeyboardEvent): Command | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || inTextField(event)) return null
  if (event.code === 'KeyZ') return event.shiftKey ? { name: 'redo' } : { name: 'undo', held: event.repeat }
  return event.code === 'KeyY' && !event.shiftKey ? { name: 'redo' } : null
}

/** What a key press asks for; null where it asks for nothing. */
export function commandFor(event: KeyboardEvent): Command | null {
  if (isComposing(event)) return null
  if (isSubmitKey(event)) return event.repeat ? null : { name: 'submit' }
  const history = historyKey(event)
  if (history) return history
  if (!isPlainKey(event)) return null
  if (event.key === '?') return { name: 'help' }
  if (event.shiftKey) return SHIFTED[event.code] ?? null
  return scoreKey(event.code) ?? COMMANDS[event.code] ?? null
}

type Help = readonly (readonly [keys: readonly string[], label: string])[]

/** The keys as the help overlay shows them, by what they are for: key caps, and the name of what they do below `task.help`. */
export const HELP: readonly (readonly [group: string, keys: Help])[] = [
  [
    'judge',
    [
      [['0', '…', '5'], 'score'],
      [['Tab', '←', '→'], 'move'],
      [['g'], 'first'],
      [['b'], 'second'],
      [['s'], 'same'],
      [['x'], 'discard'],
      [['u'], 'noneAcceptable'],
      [['a'], 'adoptScores'],
      [['o'], 'adoptOrder'],
      [['Space', '←', '→'], 'drag'],
      [['Ctrl/⌘', 'Enter'], 'submit'],
    ],
  ],
  [
    'read',
    [
      [['r'], 'raw'],
      [['v'], 'view'],
      [['p'], 'prompt'],
      [['y'], 'sync'],
      [['-', '='], 'font'],
      [['[', ']'], 'width'],
      [['t'], 'theme'],
      [['d'], 'diff'],
      [['Shift', 'd'], 'diffBack'],
      [['w'], 'diffUnit'],
      [['l'], 'diffWide'],
    ],
  ],
  [
    'check',
    [
      [['f'], 'fault'],
      [['/'], 'find'],
      [['e'], 'evidence'],
      [['n'], 'notes'],
      [['m'], 'guideline'],
      [['Shift', 'm'], 'guidelineFind'],
    ],
  ],
  [
    'other',
    [
      [['Ctrl/⌘', 'z'], 'undo'],
      [['Ctrl/⌘', 'Shift', 'z'], 'redo'],
      [['h'], 'recent'],
      [['k'], 'skip'],
      [[',', '.'], 'draft'],
      [['Esc'], 'close'],
      [['?'], 'help'],
    ],
  ],
]
