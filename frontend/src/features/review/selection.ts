import type { Span } from '@/api/reviews'
import { revealInvisible } from '@/lib/markdown'

/** The number of characters (code points) of `text` that stand before the `shown`-th place of its visible form. */
export function storedPlace(text: string, shown: number): number {
  let [place, length] = [0, 0]
  for (const character of text) {
    if (length >= shown) break
    length += revealInvisible(character).length
    place += 1
  }
  return place
}

const codePoints = (text: string) => Array.from(text).length

/**
 * What the reader has selected in one of the responses, as a place in its stored text: null where nothing is selected,
 * or where it cannot be said for sure where in the stored text it stands (formatted text that occurs twice).
 */
export function selectedSpan(responses: readonly { id: number; text: string }[]): Span | null {
  const selection = window.getSelection()
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  const node = range.commonAncestorContainer
  const frame = (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>('[data-response]')
  const response = responses.find(({ id }) => String(id) === frame?.dataset.response)
  if (!frame || !response) return null
  const found = frame.textContent === revealInvisible(response.text)
    ? placeInShown(frame, range, response.text)
    : placeByText(response.text, selection.toString())
  return found && found.end > found.start ? { response: response.id, ...found } : null
}

function placeInShown(frame: Element, range: Range, text: string): { start: number; end: number } {
  const before = document.createRange()
  before.selectNodeContents(frame)
  before.setEnd(range.startContainer, range.startOffset)
  const start = before.toString().length
  return { start: storedPlace(text, start), end: storedPlace(text, start + range.toString().length) }
}

function placeByText(text: string, selected: string): { start: number; end: number } | null {
  const wanted = selected.trim()
  const at = text.indexOf(wanted)
  if (wanted === '' || at < 0 || text.includes(wanted, at + 1)) return null
  const start = codePoints(text.slice(0, at))
  return { start, end: start + codePoints(wanted) }
}
