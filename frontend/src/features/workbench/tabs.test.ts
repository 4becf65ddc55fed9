import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Tabs, type OpenChannel } from './tabs'

const KEY = 'cheems.tab.7.1'

/** What a BroadcastChannel does, between the tabs of one test. */
let receivers: Set<(message: unknown) => void>
const channel: OpenChannel = (_, onMessage) => {
  receivers.add(onMessage)
  return {
    post: (message) => {
      for (const other of receivers) if (other !== onMessage) queueMicrotask(() => other(message))
    },
    close: () => receivers.delete(onMessage),
  }
}
const silent: OpenChannel = () => ({ post: () => undefined, close: () => undefined })

let stops: (() => void)[]
let saved: string[]

function tab(name: string, open: OpenChannel = channel): Tabs & { crash: () => void } {
  const handOver = () => Promise.resolve().then(() => saved.push(name))
  const tabs = new Tabs(KEY, handOver, open)
  const stop = tabs.start()
  stops.push(stop)
  // Of a crashed tab nothing runs any more, its heartbeat stays.
  const crash = () => {
    const beat = localStorage.getItem(KEY)
    stop()
    if (beat) localStorage.setItem(KEY, beat)
  }
  return Object.assign(tabs, { crash })
}

const live = (...tabs: Tabs[]) => tabs.map((one) => one.snapshot().live)
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
  receivers = new Set()
  stops = []
  saved = []
})

afterEach(() => {
  for (const stop of stops) stop()
  vi.useRealTimers()
})

it('a page that is left leaves no heartbeat, though it is hidden once more on its way', () => {
  const first = tab('first')
  window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))
  document.dispatchEvent(new Event('visibilitychange'))
  expect(localStorage.getItem(KEY)).toBeNull()
  expect(live(first, tab('next'))[1]).toBe(true)
})

describe.each([
  ['with a channel', channel],
  ['by the heartbeat alone', silent],
])('two tabs, %s', (_, open) => {
  it('only the first is live, for as long as it is there', async () => {
    const [first, second] = [tab('first', open), tab('second', open)]
    await pass(60_000)
    expect(live(first, second)).toEqual([true, false])
  })

  it('the second takes over, the first saves and is passive, and the other way round', async () => {
    const [first, second] = [tab('first', open), tab('second', open)]
    second.takeOver()
    await pass(5000)
    expect([live(first, second), saved]).toEqual([[false, true], ['first']])
    first.takeOver()
    await pass(5000)
    expect([live(first, second), saved]).toEqual([[true, false], ['first', 'second']])
    expect([first.snapshot().turn, second.snapshot().turn]).toEqual([2, 1])
  })

  it('a tab that was closed or crashed is followed by the other', async () => {
    const [first, second] = [tab('first', open), tab('second', open)]
    stops[0]?.()
    await pass(12_000)
    expect(live(second)).toEqual([true])
    const third = tab('third', open)
    expect(live(third)).toEqual([false])
    second.crash()
    await pass(12_000)
    expect(live(third)).toEqual([true])
    expect(first.snapshot().turn).toBe(1)
  })
})

it('the other is passive and has saved before the one that takes over begins', async () => {
  const [first, second] = [tab('first'), tab('second')]
  const states: string[] = []
  second.subscribe(() => states.push(`${second.snapshot().live}, first ${first.snapshot().live}, saved ${saved.length}`))
  second.takeOver()
  expect(live(first, second)).toEqual([true, false])
  await pass(0)
  expect(states.at(-1)).toBe('true, first false, saved 1')
})

it('a live tab that beats too seldom, as a hidden one does, is asked before it is taken for gone', async () => {
  const first = tab('first')
  const second = tab('second')
  for (let i = 0; i < 30; i += 1) {
    localStorage.setItem(KEY, (localStorage.getItem(KEY) ?? '').replace(/ .*/, ' 0'))
    await pass(1000)
  }
  expect(live(first, second)).toEqual([true, false])
})

it('of two that became live at once, one stays', async () => {
  const first = new Tabs(KEY, () => Promise.resolve(), channel)
  const second = new Tabs(KEY, () => Promise.resolve(), channel)
  expect(live(first, second)).toEqual([true, true])
  stops.push(first.start(), second.start())
  await pass(10_000)
  expect(live(first, second).filter(Boolean)).toHaveLength(1)
})

it('tabs of other people and projects have nothing to do with it', () => {
  const other = new Tabs('cheems.tab.8.1', () => Promise.resolve(), channel)
  tab('first')
  expect(live(other)).toEqual([true])
})
