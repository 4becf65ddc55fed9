import { useEffect, useRef, type RefObject } from 'react'

/** How far each category's guideline was read, for as long as the page is open */
const places = new Map<number, number>()

/** Scrolls as far down as the text goes so far, and tells how far that is. */
function scrolled(element: HTMLElement, top: number): number {
  element.scrollTop = top
  return element.scrollTop
}

/**
 * Brings a guideline back to where it was left, also where its text comes in bit by bit, until somebody scrolls. Returns
 * what to tell of every scroll.
 */
export function useScrollMemory(element: RefObject<HTMLElement | null>, category: number): (top: number) => void {
  const restored = useRef<number | null>(null)
  useEffect(() => {
    const { current } = element
    if (!current) return
    const wanted = places.get(category) ?? 0
    const restore = () => {
      restored.current = scrolled(current, wanted)
      if (restored.current >= wanted) observer.disconnect()
    }
    const observer = new MutationObserver(restore)
    observer.observe(current, { childList: true, subtree: true, characterData: true })
    restore()
    return () => observer.disconnect()
  }, [element, category])
  return (top) => {
    if (top !== restored.current) places.set(category, top)
  }
}
