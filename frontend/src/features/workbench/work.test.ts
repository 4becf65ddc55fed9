import { ActiveClock } from '@/components/task/activeClock'
import { FakeServer } from '@/test/fakeServer'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Work } from './work'

const MINUTE = 60_000

let server: FakeServer
let clock: ActiveClock
let work: Work
let stops: (() => void)[]

beforeEach(async () => {
  localStorage.clear()
  vi.useFakeTimers()
  server = new FakeServer(2)
  clock = new ActiveClock()
  work = new Work(1, 7, clock)
  stops = [clock.start(), work.start()]
  await vi.advanceTimersByTimeAsync(0)
})

afterEach(() => {
  for (const stop of stops) stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Lets time pass while somebody works, with an input every half minute. */
async function atWork(minutes: number): Promise<void> {
  for (let i = 0; i < minutes * 2; i += 1) {
    window.dispatchEvent(new Event('pointermove'))
    await vi.advanceTimersByTimeAsync(MINUTE / 2)
  }
}

describe('leases', () => {
  it('of the task at hand and of the next are renewed after a third of their length, while somebody works', async () => {
    await atWork(9)
    expect(server.renewals).toBe(0)
    await atWork(2)
    expect(server.renewals).toBe(2)
  })

  it('are left to run out while nobody works', async () => {
    await vi.advanceTimersByTimeAsync(40 * MINUTE)
    expect(server.renewals).toBe(0)
  })

  it('that ran out are taken anew under another token, when nobody else took the task', async () => {
    server.expireLeases()
    await atWork(11)
    expect(work.snapshot().queue.map(({ id, token }) => `${id}:${token}`)).toEqual(['1:2', '2:2'])
    expect(work.snapshot().lost).toBe(false)
  })

  it('that ran out and went to somebody else are told as lost', async () => {
    server.takeAll()
    await atWork(11)
    expect(work.snapshot()).toMatchObject({ queue: [], lost: true, standing: { whyNone: 'all_leased' } })
  })
})

describe('the clock', () => {
  it('counts seconds of work and stops a minute after the last input', async () => {
    await atWork(2)
    expect(clock.read()).toBeCloseTo(120, -1)
    const before = clock.read()
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(clock.read() - before).toBeLessThan(61)
  })

  it('stands still while the page is hidden', async () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    await atWork(2)
    expect(clock.read()).toBe(0)
  })
})
