import { frameOf, scrollToSpan } from '@/components/marks/showSpan'
import { moveCaret, visibleText, type CaretMove } from '@/lib/caret'
import { inDialog, inTextField, isComposing } from '@/lib/keyboard'
import { runsIn } from '@/lib/offsets'
import { useEffect, useEffectEvent, useLayoutEffect } from 'react'
import type { Faults } from './useFaults'

const STEPS: Partial<Record<string, 1 | -1>> = {
  ArrowDown: 1, ArrowRight: 1, BracketRight: 1, ArrowUp: -1, ArrowLeft: -1, BracketLeft: -1,
}

/** How a press moves the chosen passage; null where it does not. */
function caretMove({ code, shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent): CaretMove | null {
  const step = STEPS[code]
  if (step === undefined || metaKey) return null
  const edge = shiftKey ? 'start' : 'end'
  if (code.startsWith('Bracket')) return ctrlKey || altKey ? null : { by: 'edge', of: 'grapheme', edge, step }
  if (ctrlKey || altKey) return { by: 'edge', of: 'word', edge, step }
  return { by: shiftKey ? 'extent' : 'sentence', step }
}

/** The keys of a passage that is being chosen. They come before all others, for the page has uses of its own for arrows. */
export function useCaretKeys(faults: Faults): void {
  const { caret, draft, setCaret } = faults
  const active = caret !== null && draft === null
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!caret || isComposing(event) || inTextField(event) || inDialog(event)) return
    const move = caretMove(event)
    if (move) {
      const frame = frameOf(caret.response.id)
      const visible = frame && visibleText(runsIn(frame), caret.response.text)
      if (visible) setCaret({ ...caret, span: moveCaret(visible, caret.span, move) })
    } else if (event.code === 'Enter' && !event.ctrlKey && !event.metaKey) {
      if (!event.repeat) faults.mark()
    } else if (event.code === 'Escape') faults.leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  useLayoutEffect(() => {
    if (!active) return
    const listener = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', listener, true)
    return () => window.removeEventListener('keydown', listener, true)
  }, [active])
  useEffect(() => {
    const frame = caret && frameOf(caret.response.id)
    if (frame) scrollToSpan(frame, caret.span)
  }, [caret])
}
