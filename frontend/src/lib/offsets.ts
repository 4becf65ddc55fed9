/**
 * Places in a text as it was delivered, and places on the page. Every element with `data-o` shows the text from there
 * on, unit by unit; one that has `data-e`, too, stands as a whole for what lies between (lib/textRuns.ts).
 */

/** UTF-16 units, end exclusive. */
export interface TextSpan {
  start: number
  end: number
}

/** One passage of the text on the page. */
export interface Run extends TextSpan {
  element: Element
  /** Its text node; null where it stands as a whole */
  node: Text | null
}

function runOf(element: HTMLElement): Run | null {
  const start = Number(element.dataset.o)
  if (element.dataset.e !== undefined) return { element, node: null, start, end: Number(element.dataset.e) }
  const node = element.firstChild
  return node instanceof Text ? { element, node, start, end: start + node.data.length } : null
}

/** The passages shown within `frame`, in the order of the text. */
export function runsIn(frame: Element): Run[] {
  return Array.from(frame.querySelectorAll<HTMLElement>('[data-o]'), runOf)
    .filter((run) => run !== null)
    .sort((a, b) => a.start - b.start)
}

/** The part of a run that lies within a range of the page. */
function covered({ node, start, end }: Run, range: Range): TextSpan {
  if (!node) return { start, end }
  const from = node === range.startContainer ? range.startOffset : 0
  const to = node === range.endContainer ? range.endOffset : node.data.length
  return { start: start + from, end: start + to }
}

/** What a range of the page covers of the text shown within `frame`; null where it covers no character of it. */
export function rangeToSpan(frame: Element, range: Range): TextSpan | null {
  if (range.collapsed || !range.intersectsNode(frame)) return null
  const touched = runsIn(frame)
    .filter((run) => range.intersectsNode(run.node ?? run.element))
    .map((run) => covered(run, range))
    .filter(({ start, end }) => start < end)
  const [first] = touched
  return first ? { start: first.start, end: touched.reduce((last, { end }) => Math.max(last, end), 0) } : null
}

/** The first run that ends behind `place`. */
function firstBehind(runs: readonly Run[], place: number): number {
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[middle]?.end ?? 0) <= place) low = middle + 1
    else high = middle
  }
  return low
}

/** The part of a run that lies within a passage. A live range would cost time with every later change of the page. */
function rangeWithin({ element, node, ...run }: Run, { start, end }: TextSpan): StaticRange {
  const container = node ?? element
  const startOffset = node ? Math.max(0, start - run.start) : 0
  const endOffset = node ? Math.min(node.data.length, end - run.start) : element.childNodes.length
  return new StaticRange({ startContainer: container, startOffset, endContainer: container, endOffset })
}

/** Where a passage of the text stands on the page: a range for every run that it touches. */
export function spanToRanges(runs: readonly Run[], span: TextSpan): StaticRange[] {
  const ranges: StaticRange[] = []
  for (let index = firstBehind(runs, span.start); index < runs.length; index += 1) {
    const run = runs[index]
    if (!run || run.start >= span.end) break
    ranges.push(rangeWithin(run, span))
  }
  return ranges
}

/** Where on the screen a range lies. */
export function boxOf({ startContainer, startOffset, endContainer, endOffset }: StaticRange): DOMRect {
  const range = document.createRange()
  range.setStart(startContainer, startOffset)
  range.setEnd(endContainer, endOffset)
  return range.getBoundingClientRect()
}

/** How many characters (code points) stand before the `unit`-th UTF-16 unit. */
function pointsBefore(text: string, unit: number): number {
  let points = 0
  for (let at = 0; at < unit && at < text.length; points += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return points
}

function unitsBefore(text: string, points: number): number {
  let at = 0
  for (let point = 0; point < points && at < text.length; point += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}

/** The span counted in characters (code points), as the server counts; one that cuts into a character takes all of it. */
export function toPoints(text: string, { start, end }: TextSpan): TextSpan {
  const from = pointsBefore(text, start)
  const first = unitsBefore(text, from) > start ? from - 1 : from
  return { start: first, end: pointsBefore(text, end) }
}

/** The span counted in UTF-16 units, as the browser counts. */
export function toUnits(text: string, { start, end }: TextSpan): TextSpan {
  return { start: unitsBefore(text, start), end: unitsBefore(text, end) }
}
