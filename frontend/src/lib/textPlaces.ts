/**
 * Where the characters of a rendered Markdown node stand in its source. The parser tells where a node begins and ends;
 * between them the source has what the reader does not see: escapes, references, indentation, marks of quotations.
 */

/** For each UTF-16 unit of a shown value, the source passage that it stands for; `from` is -1 where it stands for none. */
export interface Places {
  from: Int32Array
  to: Int32Array
}

/** The part of the source to look in. */
export interface Region {
  source: string
  start: number
  end: number
  /** How many quotations it stands in */
  quotes: number
}

const ESCAPED = /^[!-/:-@[-`{-~]$/
const REFERENCE = /&(?:#x[\da-f]{1,6}|#\d{1,7}|[a-z][\da-z]{0,31});/iy
const QUOTATION = /[ \t]*>/y
const INDENTATION = /[ \t]*/y
/** How far the next shown character may lie behind the last one. */
const REACH = 256

function noPlaces(length: number): Places {
  return { from: new Int32Array(length).fill(-1), to: new Int32Array(length).fill(-1) }
}

const decoded = new Map<string, string>()

/** The character that a reference like `&amp;` stands for; itself where there is none of that name. */
function decode(reference: string): string {
  let character = decoded.get(reference)
  if (character === undefined) {
    const parser = document.createElement('textarea')
    parser.innerHTML = reference
    character = parser.value
    decoded.set(reference, character)
  }
  return character
}

function matchAt(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? null
}

/** A value that stands in the source as it is. */
export function literalPlaces(value: string, start: number): Places {
  const places = noPlaces(value.length)
  for (let unit = 0; unit < value.length; unit += 1) {
    places.from[unit] = start + unit
    places.to[unit] = start + unit + 1
  }
  return places
}

/** The places of running text; in `code`, escapes and references are characters like others. */
export function textPlaces(value: string, region: Region, code = false): Places {
  const { source, start, end } = region
  if (source.startsWith(value, start) && start + value.length === end) return literalPlaces(value, start)
  const places = noPlaces(value.length)
  let at = start
  for (let unit = 0; unit < value.length; unit += 1) {
    const character = value[unit] ?? ''
    if (unit > 0 && at > start && /[\n\r]/.test(source[at - 1] ?? '') && !/[\n\r]/.test(character)) {
      at = Math.min(end, lineStart(region, at))
    }
    const found = code ? inCode(source, at, end, character) : inText(source, at, end, value, unit)
    if (!found) continue
    for (let shown = 0; shown < found.units; shown += 1) {
      places.from[unit + shown] = found.from
      places.to[unit + shown] = found.to
    }
    unit += found.units - 1
    at = found.to
  }
  return places
}

/** Behind the marks of quotations and the indentation of a line that goes on with a paragraph. */
function lineStart({ source, quotes }: Region, at: number): number {
  for (let level = 0; level < quotes; level += 1) at += matchAt(QUOTATION, source, at)?.length ?? 0
  return at + (matchAt(INDENTATION, source, at)?.length ?? 0)
}

interface Found {
  from: number
  to: number
  /** How many shown units it makes */
  units: number
}

function inText(source: string, at: number, end: number, value: string, unit: number): Found | null {
  const character = value[unit]
  for (let from = at; from < Math.min(end, at + REACH); from += 1) {
    const here = source[from]
    if (here === '\\' && from + 1 < end && ESCAPED.test(source[from + 1] ?? '')) {
      if (source[from + 1] === character) return { from: from + 1, to: from + 2, units: 1 }
      from += 1
      continue
    }
    const reference = here === '&' ? matchAt(REFERENCE, source, from) : null
    if (reference) {
      const meant = decode(reference)
      if (meant !== reference && value.startsWith(meant, unit)) {
        return { from, to: from + reference.length, units: meant.length }
      }
    }
    if (here === character) return { from, to: from + 1, units: 1 }
  }
  return null
}

/** In code a line's end is shown as a space, and the bar of a table's cell is written with a backslash. */
function inCode(source: string, at: number, end: number, character: string): Found | null {
  for (let from = at; from < Math.min(end, at + REACH); from += 1) {
    const here = source[from]
    if (here === '\\' && source[from + 1] === '|' && character === '|') return { from: from + 1, to: from + 2, units: 1 }
    if (here === character) return { from, to: from + 1, units: 1 }
    if (character === ' ' && (here === '\n' || here === '\r')) {
      return { from, to: from + (source.startsWith('\r\n', from) ? 2 : 1), units: 1 }
    }
  }
  return null
}

/** The places of code between back-ticks; one space on either side belongs to the ticks. */
export function inlineCodePlaces(value: string, region: Region): Places {
  const { source, start, end } = region
  const ticks = /^`+/.exec(source.slice(start, end))?.[0].length ?? 0
  const inner = source.slice(start + ticks, end - ticks)
  const padded = /^[ \n\r]/.test(inner) && /[ \n\r]$/.test(inner) && /[^ \n\r]/.test(inner)
  const pad = (edge: string) => (padded ? (edge === '\r\n' ? 2 : 1) : 0)
  return textPlaces(
    value,
    { ...region, start: start + ticks + pad(inner.slice(0, 2)), end: end - ticks - pad(inner.slice(-2)) },
    true,
  )
}

/** The places of a code block, line by line: what the source has before a line's code is indentation or a quotation's mark. */
export function codeBlockPlaces(value: string, { source, start, end }: Region): Places {
  const places = noPlaces(value.length)
  const fenced = /^ {0,3}(?:`{3}|~{3})/.test(source.slice(start, end))
  let at = fenced ? lineEnd(source, start, end).next : start
  for (const { 0: whole, 1: line = '', 2: stop = '', index } of value.matchAll(/([^\n\r]*)(\r\n|\n|\r|$)/g)) {
    if (whole === '' || at >= end) break
    const { stop: lineStop, next } = lineEnd(source, at, end)
    const shown = source.slice(at, lineStop).endsWith(line) ? line : line.trimStart()
    const place = lineStop - shown.length
    if (place >= at && source.startsWith(shown, place)) put(places, index + line.length - shown.length, place, shown.length)
    if (next - lineStop === stop.length) put(places, index + line.length, lineStop, stop.length)
    at = next
  }
  return places
}

function lineEnd(source: string, at: number, end: number): { stop: number; next: number } {
  const found = /\r\n|\n|\r/g
  found.lastIndex = at
  const match = found.exec(source)
  if (!match || match.index >= end) return { stop: end, next: end }
  return { stop: match.index, next: match.index + match[0].length }
}

function put(places: Places, unit: number, place: number, length: number): void {
  for (let step = 0; step < length; step += 1) {
    places.from[unit + step] = place + step
    places.to[unit + step] = place + step + 1
  }
}
