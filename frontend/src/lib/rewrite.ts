/** A text made from another one that still knows, for each of its UTF-16 units, what it stands for there. */

export interface Rewritten {
  text: string
  /** The text that it was made from */
  source: string
  /** Where in the source each unit's passage starts and ends; equal where it stands for nothing */
  starts: readonly number[]
  ends: readonly number[]
}

/** What takes the place of `from` to `to` of the text at hand. */
export interface Piece {
  text: string
  from: number
  to: number
}

export function unchanged(text: string): Rewritten {
  const starts = Array.from({ length: text.length }, (_, at) => at)
  return { text, source: text, starts, ends: starts.map((at) => at + 1) }
}

/**
 * Replaces every match of a global `pattern` by the pieces that `pieces` makes of it (null: it stays). A piece whose
 * text is its passage is the same passage unit by unit; any other stands as a whole for the whole of its passage.
 */
export function rewrite(before: Rewritten, pattern: RegExp, pieces: (match: RegExpExecArray) => Piece[] | null): Rewritten {
  const parts: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  const startAt = (at: number) => before.starts[at] ?? before.source.length
  const endBefore = (at: number) => (at > 0 ? (before.ends[at - 1] ?? 0) : 0)
  const put = ({ text, from, to }: Piece) => {
    parts.push(text)
    const same = text === before.text.slice(from, to)
    for (let unit = 0; unit < text.length; unit += 1) {
      const start = startAt(same ? from + unit : from)
      starts.push(start)
      ends.push(from === to ? start : endBefore(same ? from + unit + 1 : to))
    }
  }
  let done = 0
  for (const match of before.text.matchAll(pattern)) {
    const made = pieces(match)
    if (!made) continue
    put({ text: before.text.slice(done, match.index), from: done, to: match.index })
    made.forEach(put)
    done = match.index + match[0].length
  }
  put({ text: before.text.slice(done), from: done, to: before.text.length })
  return { text: parts.join(''), source: before.source, starts, ends }
}
