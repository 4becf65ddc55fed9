import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { ActiveClock } from '@/components/task/activeClock'
import { Work } from './work'

/** One person's work in one project, for as long as this tab is the live one. */
export function useWork(project: number, user: number) {
  const clock = useMemo(() => new ActiveClock(), [])
  const work = useMemo(() => new Work(project, user, clock), [project, user, clock])
  useEffect(() => clock.start(), [clock])
  useEffect(() => work.start(), [work])
  const state = useSyncExternalStore(work.subscribe, work.snapshot)
  const submissions = useSyncExternalStore(work.outbox.subscribe, work.outbox.snapshot)
  return { work, clock, state, submissions }
}
