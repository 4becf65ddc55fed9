/** What stands between a stored text and its rendering: limits, and the ways in which models write formulas. */

/** Longer texts are shown raw: parsing and painting them would hold up the page. Characters. */
export const RENDER_LIMIT = 20_000
/** Deeper nesting is shown raw: the renderer recurses once per level. */
export const NESTING_LIMIT = 24
/** Characters that turn the direction of what follows, and could so make a text read as what it is not. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g
/** Those, and characters of no width. */
const INVISIBLE = /[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g

/** Code (fenced or inline) first, so that nothing inside it is taken for a formula. */
const CODE = /(?:^|\n)(```|~~~)[\s\S]*?(?:\n\1|$)|(`+)(?!`)[\s\S]*?[^`]\2(?!`)/.source
const BRACKETED = /(?<!\\)\\\[([\s\S]+?)\\\]|(?<!\\)\\\((.+?)\\\)/.source
const DOLLARS = /\\\$|\$\$[\s\S]+?\$\$|\$(?![\s$])(?:\\.|[^$\n\\])*?(?<![\s\\])\$(?!\d)|\$/.source
const TOKENS = new RegExp(`${CODE}|${BRACKETED}|${DOLLARS}`, 'g')

function nesting(line: string): number {
  const indent = (/^[ \t]*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length
  const markers = /^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))+/.exec(line)?.[0] ?? ''
  return Math.floor(indent / 2) + (markers.match(/>|[-*+]|\d+[.)]/g) ?? []).length
}

/** Whether a text is too long or too deeply nested to be rendered without holding up the page. */
export function tooHeavyToRender(text: string): boolean {
  return text.length > RENDER_LIMIT || text.split('\n').some((line) => nesting(line) > NESTING_LIMIT)
}

/** Whether a text may hold formulas or code blocks, which need their renderers loaded. */
export function needsRichRenderer(text: string): boolean {
  return /\$|\\\(|\\\[|```|~~~/.test(text)
}

/**
 * Rewrites \( \) and \[ \] as dollars, which is what the parser knows, puts display formulas on lines of their own, and
 * escapes dollars that mean money. A formula's opening dollar has no space after it; its closing one no space before it
 * and no digit after it (Pandoc's rule).
 */
export function prepareMarkdown(text: string): string {
  return text.replace(TOKENS, (token, _fence, _ticks, display?: string, inline?: string) => {
    if (display !== undefined) return `\n$$\n${display.trim()}\n$$\n`
    if (inline !== undefined) return `$${inline.trim()}$`
    if (token === '$') return '\\$'
    if (token.startsWith('$$')) return `\n$$\n${token.slice(2, -2).trim()}\n$$\n`
    return token
  })
}

function codePoint(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`
}

/** Names every character that a reader could not see: ‹U+200B›. For texts shown as they are stored. */
export function revealInvisible(text: string): string {
  return text.replace(INVISIBLE, codePoint)
}

/** Names the characters that would turn the reading direction: ‹U+202E›. For formatted texts. */
export function revealBidi(text: string): string {
  return text.replace(BIDI, codePoint)
}

/** The length of a text as a reader counts it: characters (code points), without white space. */
export function characterCount(text: string): number {
  return Array.from(text.replace(/\s/g, '')).length
}
