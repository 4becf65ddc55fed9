import { useEffect, useSyncExternalStore } from 'react'
import { useParams } from 'react-router'

const STORAGE_KEY = 'cheems.project'

const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function remembered(): number | null {
  const stored = Number(localStorage.getItem(STORAGE_KEY))
  return Number.isInteger(stored) && stored > 0 ? stored : null
}

function remember(project: number): void {
  if (project === remembered()) return
  localStorage.setItem(STORAGE_KEY, String(project))
  listeners.forEach((listener) => listener())
}

/**
 * The project in the address (/p/:project/…), else the one visited last, else null.
 * Pages that stand outside a project's address (/prompts/:id) keep the navigation of the last project.
 */
export function useProjectId(): number | null {
  const { project } = useParams()
  const last = useSyncExternalStore(subscribe, remembered)
  useEffect(() => {
    if (project) remember(Number(project))
  }, [project])
  return project ? Number(project) : last
}

/**
 * The project of a page that cannot be without one: that in the address, or, on a page outside a project's address, the
 * one its content says it belongs to (`known`), which the navigation then follows.
 */
export function useRequiredProjectId(known?: number): number {
  const current = useProjectId()
  useEffect(() => {
    if (known !== undefined) remember(known)
  }, [known])
  const project = known ?? current
  if (project === null) throw new Error('This page needs a project in its address.')
  return project
}
