/** Counts the seconds in which somebody works: the page is visible and the last input is less than a minute ago. */

const IDLE_AFTER_MS = 60_000
const TICK_MS = 1000
const INPUTS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'] as const

export class ActiveClock {
  private seconds = 0
  private lastInput = Date.now()
  private lastTick = Date.now()
  private readonly listeners = new Set<() => void>()

  /** Listens and ticks. Returns how to stop. */
  start(): () => void {
    const noted = () => {
      this.lastInput = Date.now()
    }
    for (const input of INPUTS) window.addEventListener(input, noted, { capture: true, passive: true })
    this.lastTick = Date.now()
    const timer = window.setInterval(() => this.tick(), TICK_MS)
    return () => {
      window.clearInterval(timer)
      for (const input of INPUTS) window.removeEventListener(input, noted, { capture: true })
    }
  }

  /** Starts a task that has taken `seconds` so far. */
  set(seconds: number): void {
    this.seconds = seconds
    this.notify()
  }

  readonly read = (): number => this.seconds

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Whether there was any input since `time` (milliseconds since 1970). */
  activeSince(time: number): boolean {
    return this.lastInput > time
  }

  private tick(): void {
    const now = Date.now()
    const passed = now - this.lastTick
    this.lastTick = now
    if (document.hidden || now - this.lastInput >= IDLE_AFTER_MS) return
    // A sleeping machine or a throttled tab ticks late: the gap was no work.
    this.seconds += Math.min(passed, 2 * TICK_MS) / 1000
    this.notify()
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }
}
