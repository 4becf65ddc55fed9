/** Whether the server can be reached, as far as this page knows: what the browser says, and how the last request ended. */
import { useSyncExternalStore } from 'react'

let reached = true
const listeners = new Set<() => void>()

function tell(): void {
  for (const listener of listeners) listener()
}

/** Notes how a request ended: with an answer of the site itself, or with none. */
export function noteReached(answered: boolean): void {
  if (reached === answered) return
  reached = answered
  tell()
}

const hopeful = () => noteReached(true)

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    window.addEventListener('online', hopeful)
    window.addEventListener('online', tell)
    window.addEventListener('offline', tell)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    window.removeEventListener('online', hopeful)
    window.removeEventListener('online', tell)
    window.removeEventListener('offline', tell)
  }
}

export const isAway = (): boolean => !navigator.onLine || !reached

/** True while the server cannot be reached. */
export const useAway = (): boolean => useSyncExternalStore(subscribe, isAway)
