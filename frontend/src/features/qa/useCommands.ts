import { useEffect, useEffectEvent } from 'react'
import { commandFor, type Command } from './keys'

/** Runs commands from the keyboard as long as the component is on screen. */
export function useCommands(run: (command: Command) => void): void {
  const handle = useEffectEvent((event: KeyboardEvent) => {
    const command = commandFor(event)
    if (!command) return
    event.preventDefault()
    run(command)
  })
  useEffect(() => {
    window.addEventListener('keydown', handle)
    return () => window.removeEventListener('keydown', handle)
  }, [])
}
