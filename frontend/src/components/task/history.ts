/** What was said of a task, step by step, for as long as the task is on the page: plain values, no React. */
import type { Content } from './content'

/** What was said, and which response had the focus then. */
export interface Moment {
  content: Content
  focused: number
}

export interface History {
  /** Oldest first */
  past: readonly Moment[]
  present: Content
  /** Next first */
  future: readonly Moment[]
  /** The text that the last step wrote on, and when: more of it soon afterwards is the same step */
  typing: { text: string; at: number } | null
}

const MOST_STEPS = 200
/** Typing that rests this long has ended its step. */
const TYPING_PAUSE_MS = 1000

export function beginHistory(present: Content): History {
  return { past: [], present, future: [], typing: null }
}

const TEXTS = ['notes', 'evidence', 'faults'] as const

/** The one text that differs between two contents; null where anything else does, or entries came or went. */
function textWritten(before: Content, after: Content): string | null {
  const changed = (Object.keys(after) as (keyof Content)[]).filter((part) => after[part] !== before[part])
  const text = TEXTS.find((part) => part === changed[0])
  if (!text || changed.length > 1) return null
  if (text === 'notes') return text
  if (before[text].length !== after[text].length) return null
  const entries = after[text].flatMap((entry, i) => (entry === before[text][i] ? [] : [i]))
  return entries.length === 1 ? `${text}.${entries[0]}` : null
}

/** The history after a change that was made at `at` (milliseconds) while a response had the focus. It ends what was undone. */
export function record(history: History, next: Content, focused: number, at: number): History {
  // The same score once more is no step.
  if (JSON.stringify(next) === JSON.stringify(history.present)) return history
  const text = textWritten(history.present, next)
  const { typing } = history
  const goesOn = text !== null && typing?.text === text && at - typing.at < TYPING_PAUSE_MS
  const past = goesOn ? history.past : [...history.past, { content: history.present, focused }].slice(-MOST_STEPS)
  return { past, present: next, future: [], typing: text === null ? null : { text, at } }
}

interface Travelled {
  history: History
  /** Where the focus belongs now */
  focused: number
}

/** One step back; `focused` is where the focus stands, for the way forth. Null where there is none. */
export function undone({ past, present, future }: History, focused: number): Travelled | null {
  const before = past.at(-1)
  return before
    ? {
        history: { past: past.slice(0, -1), present: before.content, future: [{ content: present, focused }, ...future], typing: null },
        focused: before.focused,
      }
    : null
}

/** One step forth again. */
export function redone({ past, present, future }: History, focused: number): Travelled | null {
  const [after, ...later] = future
  return after
    ? {
        history: { past: [...past, { content: present, focused }], present: after.content, future: later, typing: null },
        focused: after.focused,
      }
    : null
}
