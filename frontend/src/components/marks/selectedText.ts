import { rangeToSpan, type TextSpan } from '@/lib/offsets'
import { frameOf } from './showSpan'

export interface Selected<T> {
  response: T
  /** In UTF-16 units, without white space at either end */
  span: TextSpan
  /** The selection goes on in another response, which is left out */
  cut: boolean
}

function trimmed(text: string, { start, end }: TextSpan): TextSpan | null {
  const words = text.slice(start, end)
  const from = start + words.length - words.trimStart().length
  return words.trim() === '' ? null : { start: from, end: from + words.trim().length }
}

/** What is selected on the page, as a passage of the first response that it touches; null where it touches none. */
export function selectedText<T extends { id: number; text: string }>(responses: readonly T[]): Selected<T> | null {
  const selection = document.getSelection()
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  const touched = responses.flatMap((response) => {
    const frame = frameOf(response.id)
    const covered = frame && rangeToSpan(frame, range)
    const span = covered && trimmed(response.text, covered)
    return span ? [{ response, span }] : []
  })
  return touched[0] ? { ...touched[0], cut: touched.length > 1 } : null
}
