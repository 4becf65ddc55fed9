/**
 * What two texts share and what only one of them says, for Chinese as for other texts: by words as the language cuts
 * them (Intl.Segmenter), by characters, or, unless told otherwise, by words and then by characters inside what was
 * replaced. Texts too different for that are compared by paragraphs first. No text is ever cut inside a character as
 * its reader sees it (grapheme).
 */

export type DiffKind = 'same' | 'a' | 'b'

/** What a difference is made of. `both`: words, and characters inside replaced words. */
export type DiffUnit = 'both' | 'word' | 'character'

/** A stretch of text: in both, only in the first (a), or only in the second (b). */
export interface DiffPart {
  kind: DiffKind
  text: string
}

/** How many insertions and deletions are looked for before paragraphs are compared first; its square bounds memory. */
const MAX_WORD_EDITS = 900
const MAX_CHARACTER_EDITS = 2500
const MAX_PARAGRAPH_EDITS = 600
/** Replaced stretches up to this many characters are compared by character. */
const MAX_REFINED = 60
/** Below this share of characters in common, single shared characters are chance and would only make the text flicker. */
const MIN_SHARED = 0.4

const words = new Intl.Segmenter('zh', { granularity: 'word' })
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })
const wordsOf = (text: string) => Array.from(words.segment(text), ({ segment }) => segment)
const charactersOf = (text: string) => Array.from(graphemes.segment(text), ({ segment }) => segment)
const paragraphsOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

type Diff = (a: string, b: string) => DiffPart[] | null

const BY: Record<DiffUnit, Diff> = {
  word: (a, b) => diffTokens(wordsOf(a), wordsOf(b), MAX_WORD_EDITS),
  character: (a, b) => diffTokens(charactersOf(a), charactersOf(b), MAX_CHARACTER_EDITS),
  both: (a, b) => {
    const parts = diffTokens(wordsOf(a), wordsOf(b), MAX_WORD_EDITS)
    return parts && refined(parts)
  },
}

/** The parts of both texts in reading order; "same" and "a" joined give the first, "same" and "b" joined the second. */
export function diffTexts(a: string, b: string, unit: DiffUnit = 'both'): DiffPart[] {
  if (a === b) return a === '' ? [] : [{ kind: 'same', text: a }]
  return joined(BY[unit](a, b) ?? diffParagraphs(a, b, BY[unit]))
}

/** The share of the longer text's characters that stand in both, 0 to 1. */
export function sharedShare(parts: readonly DiffPart[]): number {
  const length = (kind: DiffKind) =>
    parts.reduce((sum, part) => (part.kind === kind ? sum + Array.from(part.text).length : sum), 0)
  const same = length('same')
  const longer = same + Math.max(length('a'), length('b'))
  return longer === 0 ? 1 : same / longer
}

function diffParagraphs(a: string, b: string, diff: Diff): DiffPart[] {
  const parts = diffTokens(paragraphsOf(a), paragraphsOf(b), MAX_PARAGRAPH_EDITS)
  if (!parts) return [...only('a', a), ...only('b', b)]
  return replacements(parts, (before, after) => diff(before, after) ?? [...only('a', before), ...only('b', after)])
}

function only(kind: DiffKind, text: string): DiffPart[] {
  return text === '' ? [] : [{ kind, text }]
}

/** Short replaced stretches by character, where enough of the characters is shared. */
function refined(parts: readonly DiffPart[]): DiffPart[] {
  return replacements(parts, (before, after) => {
    const [one, other] = [charactersOf(before), charactersOf(after)]
    const asIs: DiffPart[] = [
      { kind: 'a', text: before },
      { kind: 'b', text: after },
    ]
    if (Math.max(one.length, other.length) > MAX_REFINED) return asIs
    const finer = diffTokens(one, other, 2 * MAX_REFINED)
    return finer && sharedShare(finer) >= MIN_SHARED ? finer : asIs
  })
}

/** The parts with every "a" that is followed by "b" put through `refine`. */
function replacements(
  parts: readonly DiffPart[],
  refine: (before: string, after: string) => readonly DiffPart[],
): DiffPart[] {
  const result: DiffPart[] = []
  const whole = joined(parts)
  for (let at = 0; at < whole.length; at += 1) {
    const [part, next] = [whole[at], whole[at + 1]]
    if (part?.kind === 'a' && next?.kind === 'b') {
      result.push(...refine(part.text, next.text))
      at += 1
    } else if (part) result.push(part)
  }
  return result
}

/** Neighbours of one kind made one, and between two shared stretches what was deleted before what was inserted. */
function joined(parts: readonly DiffPart[]): DiffPart[] {
  const result: DiffPart[] = []
  let [removed, added] = ['', '']
  const flush = () => {
    result.push(...only('a', removed), ...only('b', added))
    ;[removed, added] = ['', '']
  }
  for (const { kind, text } of parts) {
    if (kind === 'a') removed += text
    else if (kind === 'b') added += text
    else {
      flush()
      const last = result.at(-1)
      if (last?.kind === 'same') last.text += text
      else result.push({ kind, text })
    }
  }
  flush()
  return result
}

/** A shortest edit script between two lists of tokens, or null where it needs more than `limit` edits. */
function diffTokens(a: readonly string[], b: readonly string[], limit: number): DiffPart[] | null {
  let start = 0
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  const middle = shortestEdit(a.slice(start, a.length - end), b.slice(start, b.length - end), limit)
  const same = (tokens: readonly string[]) => tokens.map((text): DiffPart => ({ kind: 'same', text }))
  return middle && [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))]
}

/**
 * Myers' greedy algorithm: for each number of edits d the furthest place x reached on every diagonal k = x - y, kept so
 * that the way can be walked back: row d has the diagonals -d, -d + 2 … d. Time and memory grow with the square of the
 * edits, not of the texts.
 *
 * Source: Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986).
 */
function shortestEdit(a: readonly string[], b: readonly string[], limit: number): DiffPart[] | null {
  const rows: Int32Array[] = []
  for (let d = 0; d <= Math.min(limit, a.length + b.length); d += 1) {
    const row = new Int32Array(d + 1)
    for (let i = 0; i <= d; i += 1) {
      const k = 2 * i - d
      let x = d === 0 ? 0 : cameDown(rows[d - 1], d, i) ? at(rows[d - 1], i) : at(rows[d - 1], i - 1) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1
      row[i] = x
      if (x >= a.length && x - k >= b.length) return walkedBack(a, b, rows, i)
    }
    rows.push(row)
  }
  return null
}

const at = (row: Int32Array | undefined, i: number) => row?.[i] ?? -1

/** Whether edit d on its row's diagonal i takes from the second text (down) or from the first (right). */
function cameDown(before: Int32Array | undefined, d: number, i: number): boolean {
  return i === 0 || (i < d && at(before, i - 1) < at(before, i))
}

/** The way to the ends of both texts, which edit number `rows.length` reached on its diagonal `i`. */
function walkedBack(a: readonly string[], b: readonly string[], rows: readonly Int32Array[], i: number): DiffPart[] {
  const parts: DiffPart[] = []
  let [x, y] = [a.length, b.length]
  const take = (kind: DiffKind, text: string | undefined) => parts.push({ kind, text: text ?? '' })
  for (let d = rows.length; d > 0; d -= 1) {
    const before = rows[d - 1]
    const down = cameDown(before, d, i)
    const from = down ? at(before, i) : at(before, i - 1) + 1
    for (; x > from; y -= 1) take('same', a[(x -= 1)])
    if (down) take('b', b[(y -= 1)])
    else {
      take('a', a[(x -= 1)])
      i -= 1
    }
  }
  for (; x > 0; ) take('same', a[(x -= 1)])
  return parts.reverse()
}
