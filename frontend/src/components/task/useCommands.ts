import { useEffectEvent, useLayoutEffect } from 'react'
import { commandFor, type Command } from './commands'

/** Calls `act` with every command that a key press asks for, while `enabled` (no dialog is open). */
export function useCommands(enabled: boolean, act: (command: Command) => void): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const command = commandFor(event)
    if (!command) return
    event.preventDefault()
    act(command)
  })
  // Before the first paint: whoever sees the task can press its keys.
  useLayoutEffect(() => {
    if (!enabled) return
    const listener = (event: KeyboardEvent) => onKeyDown(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [enabled])
}
