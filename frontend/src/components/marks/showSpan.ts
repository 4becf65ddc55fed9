import { boxOf, runsIn, spanToRanges, type TextSpan } from '@/lib/offsets'
import { paint, wipe } from '@/lib/paint'

const FLASH_MS = 1600

let flash: { owner: object; timer: ReturnType<typeof setTimeout> } | null = null

function scrollerOf(element: Element | null): Element {
  for (let at = element; at; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at
  }
  return document.documentElement
}

function scrollTo(range: StaticRange): void {
  const scroller = scrollerOf(range.startContainer.parentElement)
  const [place, box] = [boxOf(range), scroller.getBoundingClientRect()]
  if (place.top >= box.top + 60 && place.bottom <= box.bottom - 20) return
  const behavior = window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'
  scroller.scrollBy({ top: place.top - box.top - box.height / 3, behavior })
}

/** Brings a passage of the text shown within `frame` into view. */
export function scrollToSpan(frame: Element, span: TextSpan): void {
  const runs = runsIn(frame)
  // Where only marks stand there is nothing to see, so the next passage that is shown will do.
  const range = spanToRanges(runs, span)[0] ?? spanToRanges(runs, { start: span.start, end: Infinity })[0]
  if (range) scrollTo(range)
}

/** Brings a passage into view and marks it for a moment. */
export function showSpan(frame: Element, span: TextSpan): void {
  if (flash) {
    clearTimeout(flash.timer)
    wipe(flash.owner)
  }
  const owner = {}
  scrollToSpan(frame, span)
  paint(owner, 'flash', spanToRanges(runsIn(frame), span))
  flash = { owner, timer: setTimeout(() => wipe(owner), FLASH_MS) }
}

/** The frame in which the page shows the text of a response. */
export function frameOf(response: number): Element | null {
  return document.querySelector(`[data-text="${response}"]`)
}
