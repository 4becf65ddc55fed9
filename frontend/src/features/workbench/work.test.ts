import type { Answer } from '@/api/assignments'
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

const answer = (token: number, key = `key-${token}`): Answer => ({
  token,
  idempotency_key: key,
  scores: { 1: 5, 2: 4, 3: 3 },
  order: [[1], [2], [3]],
  discarded: [],
  none_acceptable: false,
  notes: '',
  evidence: [],
  faults: [],
  seconds: 1,
})

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

describe('the task at hand', () => {
  it('stays while answers are slow, however many were handed in meanwhile', async () => {
    for (const stop of stops) stop()
    server = new FakeServer(30)
    work = new Work(1, 8, clock)
    const seen = new Set<number>()
    let lost = 0
    stops = [work.start(), work.subscribe(() => (lost += Number(work.snapshot().lost)))]
    // Each pace of the claims' answers against the submissions', with tasks handed in one after the other.
    for (const [claim, submit] of [[400, 100], [600, 150], [300, 300], [100, 700]] as const) {
      server.delays = { claim, submit }
      await vi.advanceTimersByTimeAsync(1500)
      for (let i = 0; i < 7; i += 1) {
        const [first] = work.snapshot().queue
        if (first) {
          expect(seen).not.toContain(first.id)
          seen.add(first.id)
          work.submit(first, answer(first.token, `key-${first.id}`), 'A > B > C')
        }
        await vi.advanceTimersByTimeAsync(130)
      }
    }
    await vi.advanceTimersByTimeAsync(5000)
    expect(lost).toBe(0)
    expect(seen.size).toBeGreaterThan(10)
    expect(server.stored.map(({ assignment }) => assignment)).toEqual([...seen])
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

describe('taking an answer back', () => {
  const queue = () => work.snapshot().queue.map(({ id, token }) => `${id}:${token}`)

  async function handIn(): Promise<void> {
    const [first] = work.snapshot().queue
    if (first) work.submit(first, answer(first.token), 'A > B > C')
    await vi.advanceTimersByTimeAsync(0)
  }

  it('withdraws one that arrived, and has the task back in front with what was said', async () => {
    await handIn()
    expect([server.stored.length, queue()]).toEqual([1, ['2:1']])
    await work.takeBack(1)
    await vi.advanceTimersByTimeAsync(0)
    expect([server.stored, server.withdrawn, queue()]).toEqual([[], [1], ['1:2', '2:1']])
    expect(work.snapshot()).toMatchObject({ lost: false, standing: { today: 0 } })
    expect(work.snapshot().queue[0]?.previous).toMatchObject({ scores: { 1: 5, 2: 4, 3: 3 } })
  })

  it('has one that never arrived back as it was, and it can be handed in again', async () => {
    server.online = false
    await handIn()
    await work.takeBack(1)
    expect([queue(), work.outbox.snapshot()]).toEqual([['1:1', '2:1'], []])
    server.online = true
    await atWork(1)
    expect([server.stored, server.withdrawn, queue()]).toEqual([[], [], ['1:1', '2:1']])
    await handIn()
    expect(server.stored.map(({ assignment }) => assignment)).toEqual([1])
  })

  it('withdraws one that had arrived unknown to this browser, as soon as the server can be asked', async () => {
    server.loseNextAnswer = true
    await handIn()
    server.online = false
    await work.takeBack(1)
    expect([server.stored.length, queue()]).toEqual([1, ['1:1', '2:1']])
    server.online = true
    await handIn()
    expect(server.withdrawn).toEqual([1])
    expect(server.stored.map(({ answer: { token } }) => token)).toEqual([2])
    expect(queue()).toEqual(['2:1'])
  })

  it('keeps the task in front while a claim is under way that knows nothing of it', async () => {
    await handIn()
    const claiming = work.claim()
    const taking = work.takeBack(1)
    await Promise.all([claiming, taking])
    await vi.advanceTimersByTimeAsync(0)
    expect([queue()[0], work.snapshot().lost]).toEqual(['1:2', false])
  })

  it('says where the server refuses', async () => {
    await expect(work.takeBack(2)).rejects.toMatchObject({ code: 'not_submitted' })
    expect(queue()).toEqual(['1:1', '2:1'])
  })
})
