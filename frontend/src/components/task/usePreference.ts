import { storedValue, storeValue } from '@/lib/stored'
import { useCallback, useSyncExternalStore } from 'react'

const listeners = new Map<string, Set<() => void>>()

/** One value for all who ask: the next task, rendered ahead, is to look as this one does when its turn comes. */
function useStored<T>(name: string, read: (stored: string | null) => T): [T, (value: T) => void] {
  const key = `cheems.workbench.${name}`
  const subscribe = useCallback(
    (listener: () => void) => {
      const others = listeners.get(key) ?? new Set()
      listeners.set(key, others.add(listener))
      return () => void others.delete(listener)
    },
    [key],
  )
  const stored = useSyncExternalStore(subscribe, () => storedValue(key))
  const change = (next: T) => {
    storeValue(key, String(next))
    listeners.get(key)?.forEach((listener) => listener())
  }
  return [read(stored), change]
}

/** A choice of this person's, remembered in this browser. */
export function usePreference<T extends string>(name: string, choices: readonly [T, ...T[]]): [T, (value: T) => void] {
  return useStored(name, (stored) => choices.find((choice) => choice === stored) ?? choices[0])
}

/** Yes or no, remembered in this browser. */
export function useSwitch(name: string, fallback: boolean): [boolean, (value: boolean) => void] {
  return useStored(name, (stored) => (stored === null ? fallback : stored === 'true'))
}

export interface Range {
  min: number
  max: number
  fallback: number
}

function clamp(value: number, { min, max }: Pick<Range, 'min' | 'max'>): number {
  return Math.min(max, Math.max(min, value))
}

/** A whole number within `range`, remembered in this browser. */
export function useNumber(name: string, range: Range): [number, (value: number) => void] {
  const [value, change] = useStored(name, (stored) => {
    const number = stored === null ? NaN : Number(stored)
    return Number.isFinite(number) ? clamp(Math.round(number), range) : range.fallback
  })
  return [value, (next) => change(clamp(Math.round(next), range))]
}
