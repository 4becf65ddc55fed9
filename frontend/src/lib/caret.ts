/** Choosing a passage of a shown text from the keyboard: by sentences, then by words and characters at either end. */
import type { Run, TextSpan } from './offsets'
import type { Rewritten } from './rewrite'

export type CaretMove =
  | { by: 'sentence'; step: 1 | -1 }
  | { by: 'extent'; step: 1 | -1 }
  | { by: 'edge'; of: 'word' | 'grapheme'; edge: 'start' | 'end'; step: 1 | -1 }

/** Stands for what is shown as a whole: a formula, a picture. */
const WHOLE = '\ufffc'
const SENTENCE = /[^\n。！？；…!?;]*(?:[。！？；…!?;]+[”’」』）)\]"']*|\n|$)/g
/** How much of a text is cut into words around the place at hand. */
const REACH = 120

/** What the reader sees, without marks; a line's end between what stands in different blocks or cells. */
export function visibleText(runs: readonly Run[], source: string): Rewritten {
  const parts: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  let done = 0
  for (const { node, start, end } of runs) {
    if (start < done) continue
    if (/[\n|]/.test(source.slice(done, start))) {
      parts.push('\n')
      starts.push(start)
      ends.push(start)
    }
    parts.push(node ? source.slice(start, end) : WHOLE)
    for (let at = start; at < end; at = node ? at + 1 : end) {
      starts.push(at)
      ends.push(node ? at + 1 : end)
    }
    done = end
  }
  return { text: parts.join(''), source, starts, ends }
}

/** The sentences of a text, without the white space around them. */
export function sentencesOf(text: string): TextSpan[] {
  return Array.from(text.matchAll(SENTENCE), ({ 0: sentence, index }) => ({
    start: index + sentence.length - sentence.trimStart().length,
    end: index + sentence.trimEnd().length,
  })).filter(({ start, end }) => end > start)
}

/** The passage of the visible text that a passage of its source is. */
function toVisible({ text, starts, ends }: Rewritten, { start, end }: TextSpan): TextSpan {
  const from = ends.findIndex((place) => place > start)
  const to = starts.findIndex((place) => place >= end)
  return { start: from < 0 ? text.length : from, end: to < 0 ? text.length : to }
}

function toSource({ starts, ends }: Rewritten, { start, end }: TextSpan): TextSpan {
  return { start: starts[start] ?? 0, end: ends[end - 1] ?? 0 }
}

/** The next border of a word or character on one side of `at`. */
function border(text: string, at: number, step: 1 | -1, granularity: 'word' | 'grapheme'): number {
  const from = step > 0 ? at : Math.max(0, at - REACH)
  const part = text.slice(from, step > 0 ? at + REACH : at)
  const pieces = [...new Intl.Segmenter('zh', { granularity }).segment(part)].filter(({ segment }) => segment.trim() !== '')
  const piece = step > 0 ? pieces[0] : pieces.at(-1)
  if (!piece) return at
  return from + piece.index + (step > 0 ? piece.segment.length : 0)
}

function moved(text: string, span: TextSpan, move: CaretMove): TextSpan {
  const sentences = sentencesOf(text)
  if (move.by === 'sentence') {
    const next = move.step > 0 ? sentences.find(({ start }) => start > span.start) : sentences.findLast(({ start }) => start < span.start)
    return next ?? span
  }
  if (move.by === 'extent') {
    const ends = sentences.map(({ end }) => end)
    const next = move.step > 0 ? ends.find((end) => end > span.end) : ends.findLast((end) => end < span.end && end > span.start)
    return { ...span, end: next ?? span.end }
  }
  const place = border(text, span[move.edge], move.step, move.of)
  const next = { ...span, [move.edge]: place }
  return next.start < next.end ? next : span
}

/** The first sentence of the text; null where nothing can be read. */
export function firstSentence(visible: Rewritten): TextSpan | null {
  const sentence = sentencesOf(visible.text)[0]
  return sentence ? toSource(visible, sentence) : null
}

/** The passage (of the source) after a move. */
export function moveCaret(visible: Rewritten, span: TextSpan, move: CaretMove): TextSpan {
  return toSource(visible, moved(visible.text, toVisible(visible, span), move))
}
