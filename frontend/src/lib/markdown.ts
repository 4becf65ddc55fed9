/** What stands between a stored text and its rendering: limits, and the ways in which models write formulas. */
import { rewrite, unchanged, type Piece, type Rewritten } from './rewrite'

/** Longer texts are shown raw: parsing and painting them would hold up the page. Characters. */
const RENDER_LIMIT = 20_000
/** A text with more than this to be marked up is shown raw, too: each such character makes about one element or more. */
const MARKUP_LIMIT = 5_000
/** Deeper nesting is shown raw: the renderer recurses once per level. */
const NESTING_LIMIT = 24
/** Characters that turn the direction of what follows, and could so make a text read as what it is not. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g
/** Those, and characters of no width. */
const INVISIBLE = /[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g

/** Code (fenced or inline) first, so that nothing inside it is taken for a formula. */
const CODE = /(?:^|\n)(```|~~~)[\s\S]*?(?:\n\1|$)|(`+)(?!`)[\s\S]*?[^`]\2(?!`)/.source
const BRACKETED = /(?<!\\)\\\[([\s\S]+?)\\\]|(?<!\\)\\\((.+?)\\\)/.source
const DOLLARS = /\\\$|\$\$[\s\S]+?\$\$|\$(?![\s$])(?:\\.|[^$\n\\])*?(?<![\s\\])\$(?!\d)|\$/.source
const TOKENS = new RegExp(`${CODE}|${BRACKETED}|${DOLLARS}`, 'g')

/** Signs that make elements, every line that is not blank, and once more where it is an item of a list. */
const MARKUP = /[*_`~[\]<>|\\&#]|\n(?![ \t]*\n)|(?<=\n[ \t]*)[-+](?=[ \t])/g

/** How many characters of a text have to be marked up: signs outside of formulas, and all of each formula. */
function markupIn(text: string): number {
  let formulas = 0
  const others = text.replace(TOKENS, (token: string, fence?: string, ticks?: string) => {
    if (fence !== undefined || ticks !== undefined) return token
    formulas += token.length
    return ''
  })
  return formulas + (others.match(MARKUP)?.length ?? 0)
}

function nesting(line: string): number {
  const indent = (/^[ \t]*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length
  const markers = /^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))+/.exec(line)?.[0] ?? ''
  return Math.floor(indent / 2) + (markers.match(/>|[-*+]|\d+[.)]/g) ?? []).length
}

/** Whether a text is too long, too dense or too deeply nested to be rendered without holding up the page. */
export function tooHeavyToRender(text: string): boolean {
  if (text.length > RENDER_LIMIT || text.split('\n').some((line) => nesting(line) > NESTING_LIMIT)) return true
  return text.length > MARKUP_LIMIT && markupIn(text) > MARKUP_LIMIT
}

/** Whether a text may hold formulas or code blocks, which need their renderers loaded. */
export function needsRichRenderer(text: string): boolean {
  return /\$|\\\(|\\\[|```|~~~/.test(text)
}

/** A formula on lines of its own, or within its line; white space at its ends belongs to its delimiters. */
function formula(match: RegExpExecArray, inner: string, delimiter: string): Piece[] {
  const end = match.index + match[0].length
  const opening = (match[0].length - inner.length) / 2
  const from = match.index + opening + inner.length - inner.trimStart().length
  const to = Math.max(from, end - opening - (inner.length - inner.trimEnd().length))
  return [
    { text: delimiter, from: match.index, to: from },
    { text: inner.trim(), from, to },
    { text: delimiter, from: to, to: end },
  ]
}

/**
 * Rewrites \( \) and \[ \] as dollars, which is what the parser knows, puts display formulas on lines of their own, and
 * escapes dollars that mean money. A formula's opening dollar has no space after it; its closing one no space before it
 * and no digit after it (Pandoc's rule).
 */
function withDollarFormulas(text: Rewritten): Rewritten {
  return rewrite(text, TOKENS, (match) => {
    const [token, , , display, inline] = match
    if (display !== undefined) return formula(match, display, '\n$$\n')
    if (inline !== undefined) return formula(match, inline, '$')
    if (token === '$') {
      return [
        { text: '\\', from: match.index, to: match.index },
        { text: token, from: match.index, to: match.index + 1 },
      ]
    }
    return token.startsWith('$$') ? formula(match, token.slice(2, -2), '\n$$\n') : null
  })
}

/** The text as the Markdown parser gets it; characters that would turn the reading direction are named: ‹U+202E›. */
export function prepareMarkdown(text: string): Rewritten {
  const whole = (match: RegExpExecArray) => ({ from: match.index, to: match.index + match[0].length })
  // The parser would skip a byte order mark without counting it.
  const marked = rewrite(unchanged(text), /^\ufeff/g, () => [])
  return withDollarFormulas(rewrite(marked, BIDI, (match) => [{ text: codePoint(match[0]), ...whole(match) }]))
}

function codePoint(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`
}

/** Names every character that a reader could not see: ‹U+200B›. For texts shown as they are stored. */
export function revealInvisible(text: string): string {
  return text.replace(INVISIBLE, codePoint)
}

/** A text in which every character that a reader could not see is named, in the pieces between and of those characters. */
export function visiblePieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const { 0: character, index } of text.matchAll(INVISIBLE)) {
    if (index > done) pieces.push({ text: text.slice(done, index), from: done, to: index })
    done = index + character.length
    pieces.push({ text: codePoint(character), from: index, to: done })
  }
  if (done < text.length) pieces.push({ text: text.slice(done), from: done, to: text.length })
  return pieces
}

/** The length of a text as a reader counts it: characters (code points), without white space. */
export function characterCount(text: string): number {
  return Array.from(text.replace(/\s/g, '')).length
}
