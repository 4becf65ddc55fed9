/** Finding words in a text, whatever their case and width, at their exact places. */
import type { TextSpan } from './offsets'
import type { Rewritten } from './rewrite'

const PLAIN = /^[\u4e00-\u9fff\n -@[-~]$/

/** A character as it is compared: `Ａ` and `A` are `a`, `①` is `1`. */
function folded(character: string): string {
  return PLAIN.test(character) ? character : character.normalize('NFKC').toLowerCase()
}

/** A text as it is searched, each unit with the character that it comes from. */
export function searchable(source: string): Rewritten {
  const parts: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  let at = 0
  for (const character of source) {
    const shown = folded(character)
    parts.push(shown)
    for (let unit = 0; unit < shown.length; unit += 1) {
      starts.push(at)
      ends.push(at + character.length)
    }
    at += character.length
  }
  return { text: parts.join(''), source, starts, ends }
}

/** Every place of `words`, none overlapping another. */
export function placesOf({ text, starts, ends }: Rewritten, words: string): TextSpan[] {
  const wanted = searchable(words).text
  const found: TextSpan[] = []
  if (wanted === '') return found
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    found.push({ start: starts[at] ?? 0, end: ends[at + wanted.length - 1] ?? 0 })
  }
  return found
}
