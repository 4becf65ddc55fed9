import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Breaks } from './breaks'

const MINUTE = 60_000
let working = true

beforeEach(() => {
  vi.useFakeTimers()
  working = true
})
afterEach(() => vi.useRealTimers())

const minutes = (count: number) => vi.advanceTimersByTime(count * MINUTE)

function watched(interval: number): Breaks {
  const breaks = new Breaks({ activeSince: () => working })
  breaks.start(interval)
  return breaks
}

describe('a reminder of a rest', () => {
  it('comes after so much work, and tells how much it was', () => {
    const breaks = watched(45)
    minutes(44)
    expect(breaks.reminder()).toBeNull()
    minutes(1)
    expect(breaks.reminder()).toBe(45)
  })

  it('does not come where idle time made up the difference', () => {
    const breaks = watched(45)
    minutes(40)
    working = false
    minutes(4)
    working = true
    minutes(4)
    expect(breaks.reminder()).toBeNull()
    minutes(1)
    expect(breaks.reminder()).toBe(45)
  })

  it('goes by itself once somebody rested, and counts anew', () => {
    const breaks = watched(45)
    minutes(45)
    working = false
    minutes(5)
    expect(breaks.reminder()).toBeNull()
    working = true
    minutes(44)
    expect(breaks.reminder()).toBeNull()
  })

  it('can be put off', () => {
    const breaks = watched(45)
    minutes(50)
    breaks.later()
    expect(breaks.reminder()).toBeNull()
    minutes(10)
    expect(breaks.reminder()).toBe(60)
  })

  it('that was put off comes in its own time again after a rest', () => {
    const breaks = watched(45)
    minutes(45)
    breaks.later()
    working = false
    minutes(5)
    working = true
    minutes(45)
    expect(breaks.reminder()).toBe(45)
  })

  it('takes the sleep of the machine for a rest, also where a touch woke it', () => {
    const breaks = watched(45)
    minutes(20)
    vi.setSystemTime(Date.now() + 120 * MINUTE)
    minutes(44)
    expect(breaks.reminder()).toBeNull()
    minutes(2)
    expect(breaks.reminder()).toBe(45)
  })

  it('never comes unless it was asked for', () => {
    const breaks = watched(0)
    minutes(600)
    expect(breaks.reminder()).toBeNull()
  })
})
