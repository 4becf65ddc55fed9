import type { ActiveClock } from '@/components/task/activeClock'
import { usePreference } from '@/components/task/usePreference'
import { useEffect, useMemo } from 'react'
import { Breaks, INTERVALS } from './breaks'

/** Reminders of a rest, as often as this person wants them in this browser. */
export function useRest(clock: ActiveClock) {
  const [interval, setInterval] = usePreference('rest', INTERVALS)
  const breaks = useMemo(() => new Breaks(clock), [clock])
  useEffect(() => breaks.start(Number(interval)), [breaks, interval])
  return { breaks, interval, setInterval }
}

export type Rest = ReturnType<typeof useRest>
