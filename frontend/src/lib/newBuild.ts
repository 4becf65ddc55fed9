/** After a deploy, the parts of an open page that were not loaded yet are gone from the server: the page has to be loaded anew. */
import { useSyncExternalStore } from 'react'
import { isAway } from './connection'
import { workAtRisk } from './unsaved'

/** A part that is missing for another reason would be missing after a reload, too. */
const ONCE_IN_MS = 60_000
const RELOADED = 'cheems.reloaded'

let missing = false
const listeners = new Set<() => void>()

/** Notes parts of the page that cannot be loaded, from now on. */
export function watchBuild(): void {
  window.addEventListener('vite:preloadError', () => {
    missing = true
    for (const listener of listeners) listener()
  })
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const isMissing = () => missing

/** True once a part of this page could not be loaded. */
export const usePartMissing = (): boolean => useSyncExternalStore(subscribe, isMissing)

/** Loads the page anew, if that may help: a part of it is missing on a server that answers, and nothing would be lost. */
export function reloadForParts(reload = () => window.location.reload()): void {
  if (!missing || isAway() || workAtRisk()) return
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < ONCE_IN_MS) return
  sessionStorage.setItem(RELOADED, String(Date.now()))
  reload()
}
