import { runsIn, spanToRanges, type TextSpan } from '@/lib/offsets'
import { paint, wipe, type Layer } from '@/lib/paint'
import { useEffect, type RefObject } from 'react'
import '@/components/highlights.css'

/** The passages of one text to be painted, by layer, in UTF-16 units. */
export type Layers = Readonly<{ [layer in Layer]?: readonly TextSpan[] }>

/** Paints passages of the text shown within `frame`, again whenever it is shown anew (raw, formatted, renderers loaded). */
export function usePaintedText(frame: RefObject<Element | null>, layers: Layers): void {
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const owner = {}
    const entries = Object.entries(layers) as [Layer, readonly TextSpan[]][]
    const repaint = () => {
      const runs = runsIn(element)
      for (const [layer, spans] of entries) {
        paint(owner, layer, spans.flatMap((span) => spanToRanges(runs, span)))
      }
    }
    if (entries.some(([, spans]) => spans.length > 0)) repaint()
    const observer = new MutationObserver(repaint)
    observer.observe(element, { childList: true, subtree: true })
    return () => {
      observer.disconnect()
      wipe(owner)
    }
  }, [frame, layers])
}
