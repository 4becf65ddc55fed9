/**
 * What two texts share and what only one of them says, for Chinese as for other texts: by words as the language cuts
 * them (Intl.Segmenter), then by characters inside what was replaced. Texts too different for that are compared by
 * paragraphs first. No text is ever cut inside a character (code point).
 */

export type DiffKind = 'same' | 'a' | 'b'

/** A stretch of text: in both, only in the first (a), or only in the second (b). */
export interface DiffPart {
  kind: DiffKind
  text: string
}

/** How many insertions and deletions of words are looked for before paragraphs are compared first; its square bounds memory. */
const MAX_WORD_EDITS = 900
const MAX_PARAGRAPH_EDITS = 600
/** Replaced stretches up to this many characters are compared by character. */
const MAX_REFINED = 60
/** Below this share of characters in common, single shared characters are chance and would only make the text flicker. */
const MIN_SHARED = 0.4

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/** The parts of both texts in reading order; "same" and "a" joined give the first, "same" and "b" joined the second. */
export function diffTexts(a: string, b: string): DiffPart[] {
  if (a === b) return a === '' ? [] : [{ kind: 'same', text: a }]
  return joined(diffWords(a, b) ?? diffParagraphs(a, b))
}

/** The share of the longer text's characters that stand in both, 0 to 1. */
export function sharedShare(parts: readonly DiffPart[]): number {
  const length = (kind: DiffKind) =>
    parts.reduce((sum, part) => (part.kind === kind ? sum + Array.from(part.text).length : sum), 0)
  const same = length('same')
  const longer = same + Math.max(length('a'), length('b'))
  return longer === 0 ? 1 : same / longer
}

function diffWords(a: string, b: string): DiffPart[] | null {
  const parts = diffTokens(wordsOf(a), wordsOf(b), MAX_WORD_EDITS)
  return parts && refined(parts)
}

function diffParagraphs(a: string, b: string): DiffPart[] {
  const parts = diffTokens(paragraphsOf(a), paragraphsOf(b), MAX_PARAGRAPH_EDITS)
  if (!parts) return [...only('a', a), ...only('b', b)]
  return replacements(parts, (before, after) => diffWords(before, after) ?? [...only('a', before), ...only('b', after)])
}

function wordsOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function paragraphsOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function only(kind: DiffKind, text: string): DiffPart[] {
  return text === '' ? [] : [{ kind, text }]
}

/** Short replaced stretches by character, where enough of the characters is shared. */
function refined(parts: readonly DiffPart[]): DiffPart[] {
  return replacements(parts, (before, after) => {
    const [one, other] = [Array.from(before), Array.from(after)]
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
 * Myers' greedy algorithm: for each number of edits d the furthest place reached on every diagonal k = x - y, kept so
 * that the way can be walked back. Time and memory grow with the square of the edits, not of the texts.
 *
 * Source: Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986).
 */
function shortestEdit(a: readonly string[], b: readonly string[], limit: number): DiffPart[] | null {
  const furthest = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let d = 0; d <= Math.min(limit, a.length + b.length); d += 1) {
    trace.push(new Map())
    for (let k = -d; k <= d; k += 2) {
      const [below, right] = [furthest.get(k + 1) ?? -1, furthest.get(k - 1) ?? -1]
      let x = k === -d || (k !== d && right < below) ? below : right + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1
      furthest.set(k, x)
      trace[d]?.set(k, x)
      if (x >= a.length && x - k >= b.length) return walkedBack(a, b, trace)
    }
  }
  return null
}

function walkedBack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[]): DiffPart[] {
  const parts: DiffPart[] = []
  let [x, y] = [a.length, b.length]
  const take = (kind: DiffKind, text: string | undefined) => parts.push({ kind, text: text ?? '' })
  for (let d = trace.length - 1; d > 0; d -= 1) {
    const [before, k] = [trace[d - 1], x - y]
    const [below, right] = [before?.get(k + 1) ?? -1, before?.get(k - 1) ?? -1]
    const down = k === -d || (k !== d && right < below)
    const [fromX, fromY] = down ? [below, below - k - 1] : [right, right - k + 1]
    for (; x > fromX + (down ? 0 : 1) && y > fromY + (down ? 1 : 0); y -= 1) take('same', a[(x -= 1)])
    if (down) take('b', b[(y -= 1)])
    else take('a', a[(x -= 1)])
  }
  for (; x > 0; ) take('same', a[(x -= 1)])
  return parts.reverse()
}
