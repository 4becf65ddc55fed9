import { useEffectEvent, useLayoutEffect } from 'react'
import { inDialog, isComposing, isPlainKey, isSubmitKey } from './keyboard'

const PRESSABLE = 'button, a, summary, [role="button"]'

/**
 * The command of `table` (by physical key, so that no input method or layout changes it) that a press asks for, or
 * null. Inside a text field only Ctrl/Cmd+Enter means anything (`submit`); Enter on a button stays with the button, and
 * a dialogue keeps its keys.
 */
export function commandIn<C>(table: Readonly<Record<string, C>>, submit: C, event: KeyboardEvent): C | null {
  const target = event.target instanceof Element ? event.target : null
  if (isComposing(event) || inDialog(event)) return null
  if (isSubmitKey(event)) return submit
  if (!isPlainKey(event) || (event.code === 'Enter' && target?.closest(PRESSABLE))) return null
  return table[event.code] ?? null
}

/** Runs commands from the keyboard as long as the component is on screen. */
export function useKeyCommands<C>(commandFor: (event: KeyboardEvent) => C | null, run: (command: C) => void): void {
  const handle = useEffectEvent((event: KeyboardEvent) => {
    const command = commandFor(event)
    if (command === null) return
    event.preventDefault()
    run(command)
  })
  // Before the first paint: whoever sees the component can press its keys.
  useLayoutEffect(() => {
    window.addEventListener('keydown', handle)
    return () => window.removeEventListener('keydown', handle)
  }, [])
}
