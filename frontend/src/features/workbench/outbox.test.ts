import { ApiError } from '@/api/client'
import type { Answer } from '@/api/assignments'
import { workAtRisk } from '@/lib/unsaved'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Outbox } from './outbox'

const KEY = 'cheems.outbox.7.1'

const answer = (key: string): Answer => ({
  token: 1,
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

/** A server that answers when told to, under the keys that it has seen. */
class Post {
  readonly sent: string[] = []
  readonly stored = new Set<string>()
  readonly accepted: number[] = []
  private readonly pending: { key: string; resolve: (value: { today: number }) => void; reject: (error: Error) => void }[] = []

  open(): Outbox {
    const outbox = new Outbox({
      storageKey: KEY,
      send: (_, { idempotency_key: key }) => {
        this.sent.push(key)
        return new Promise((resolve, reject) => this.pending.push({ key, resolve, reject }))
      },
      onAccepted: (assignment) => this.accepted.push(assignment),
      onRefused: () => undefined,
    })
    stops.push(outbox.start())
    return outbox
  }

  async take(): Promise<void> {
    for (const { key, resolve } of this.pending.splice(0)) {
      this.stored.add(key)
      resolve({ today: this.stored.size })
    }
    await vi.advanceTimersByTimeAsync(0)
  }

  async lose(): Promise<void> {
    for (const { reject } of this.pending.splice(0)) reject(new ApiError(0, 'network', ''))
    await vi.advanceTimersByTimeAsync(0)
  }
}

let stops: (() => void)[]
let post: Post

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
  stops = []
  post = new Post()
})

afterEach(() => {
  for (const stop of stops) stop()
  vi.useRealTimers()
})

const inBrowser = () => Object.keys(localStorage).filter((key) => key.startsWith(KEY)).sort()

describe('an answer', () => {
  it('is in the browser until the server has it, and is sent under one key for as long', async () => {
    const outbox = post.open()
    outbox.add(1, answer('a'), 'A > B > C')
    expect(inBrowser()).toEqual([`${KEY}.1`])
    await post.lose()
    expect(outbox.snapshot()).toMatchObject([{ state: 'waiting', attempts: 1, error: { code: 'network' } }])
    await vi.advanceTimersByTimeAsync(1000)
    await post.take()
    expect([post.sent, post.accepted, inBrowser()]).toEqual([['a', 'a'], [1], []])
  })

  it('of the list that earlier versions kept is sent, too', async () => {
    const item = { assignment: 4, orderText: 'A', answer: answer('old'), state: 'sending', attempts: 1, error: null }
    localStorage.setItem(KEY, JSON.stringify([item]))
    post.open()
    await post.take()
    expect([post.accepted, inBrowser()]).toEqual([[4], []])
  })

  it('holds the page back only while the browser does not keep it', async () => {
    const room = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    post.open().add(1, answer('a'), '')
    await post.lose()
    expect(workAtRisk()).toBe(true)
    room.mockRestore()
    await vi.advanceTimersByTimeAsync(1000)
    expect(workAtRisk()).toBe(false)
  })
})

describe('two tabs', () => {
  it('that write at once do not lose one another\'s answers', async () => {
    const [first, second] = [post.open(), post.open()]
    first.add(1, answer('a'), '')
    second.add(2, answer('b'), '')
    await post.lose()
    stops.splice(0).forEach((stop) => stop())
    expect(post.open().snapshot().map(({ assignment }) => assignment).sort()).toEqual([1, 2])
    await post.take()
    expect([...post.stored].sort()).toEqual(['a', 'b'])
  })

  it('hand over: the passive one sends no more, the live one what was left, under the same key', async () => {
    const passive = post.open()
    passive.add(1, answer('a'), '')
    await post.lose()
    stops.splice(0).forEach((stop) => stop())
    await vi.advanceTimersByTimeAsync(60_000)
    expect(post.sent).toEqual(['a'])
    const live = post.open()
    await post.take()
    expect([post.sent, live.snapshot(), inBrowser()]).toEqual([['a', 'a'], [], []])
  })

  it('take over also what the other one wrote down last', async () => {
    const live = post.open()
    const item = { assignment: 3, orderText: '', answer: answer('late'), state: 'sending', attempts: 1, error: null }
    window.dispatchEvent(new StorageEvent('storage', { key: `${KEY}.3`, newValue: JSON.stringify(item) }))
    window.dispatchEvent(new StorageEvent('storage', { key: 'cheems.outbox.7.11.3', newValue: JSON.stringify(item) }))
    expect(live.snapshot().map(({ assignment }) => assignment)).toEqual([3])
    await post.take()
    expect(post.accepted).toEqual([3])
  })

  it('an answer that arrived from the passive one does not take a later one to the same task with it', async () => {
    const passive = post.open()
    passive.add(1, answer('first'), '')
    stops.splice(0).forEach((stop) => stop())
    localStorage.setItem(`${KEY}.1`, JSON.stringify({ assignment: 1, answer: answer('second'), state: 'waiting', attempts: 0 }))
    await post.take()
    expect(inBrowser()).toEqual([`${KEY}.1`])
  })
})

describe('retracting', () => {
  it('tells what never went out, what may have arrived, and what did', async () => {
    const outbox = post.open()
    expect(await outbox.retract(9)).toBe('gone')
    outbox.add(1, answer('a'), '')
    const waiting = outbox.retract(1)
    await post.lose()
    expect(await waiting).toBe('unsure')
    outbox.add(2, answer('b'), '')
    const arriving = outbox.retract(2)
    await post.take()
    expect(await arriving).toBe('gone')
    expect([outbox.snapshot(), inBrowser()]).toEqual([[], []])
  })
})
