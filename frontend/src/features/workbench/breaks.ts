/** When somebody has worked for so long that a rest would do good. Nothing is sent anywhere, nothing is enforced. */
import type { ActiveClock } from '@/components/task/activeClock'

/** Minutes of work after which the page reminds of a rest; 0: never. */
export const INTERVALS = ['0', '30', '45', '60', '90'] as const
export type Interval = (typeof INTERVALS)[number]

const TICK_MS = 15_000
/** A pause this long was a rest: the count starts anew. */
const REST_MS = 5 * 60_000
/** "Later" means so much more work. */
const LATER_MS = 10 * 60_000

interface Spell {
  /** Work since the last rest, milliseconds */
  worked: number
  /** Idle time since the last input, milliseconds */
  idle: number
}

const NO_WORK: Spell = { worked: 0, idle: 0 }

/** The spell after `passed` milliseconds, in which there was input or not. So long without a tick, the machine slept. */
function advance({ worked, idle }: Spell, passed: number, active: boolean): Spell {
  if (active && passed < REST_MS) return { worked: worked + passed, idle: 0 }
  return idle + passed >= REST_MS ? NO_WORK : { worked, idle: idle + passed }
}

/** Watches one person's spells of work. */
export class Breaks {
  private spell = NO_WORK
  /** Milliseconds of work after which a reminder is wanted, and after which the next one is due */
  private wanted = Infinity
  private due = Infinity
  private lastTick = Date.now()
  private readonly listeners = new Set<() => void>()

  constructor(private readonly clock: Pick<ActiveClock, 'activeSince'>) {}

  /** Watches until the returned function is called. */
  start(minutes: number): () => void {
    this.wanted = minutes > 0 ? minutes * 60_000 : Infinity
    this.due = this.wanted
    this.lastTick = Date.now()
    const timer = window.setInterval(() => this.tick(), TICK_MS)
    return () => window.clearInterval(timer)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Minutes of work since the last rest where a reminder is due, else null. */
  readonly reminder = (): number | null => (this.spell.worked >= this.due ? Math.floor(this.spell.worked / 60_000) : null)

  /** Reminds again after some more work. */
  later(): void {
    this.due = this.spell.worked + LATER_MS
    this.notify()
  }

  private tick(): void {
    const passed = Date.now() - this.lastTick
    const active = this.clock.activeSince(this.lastTick)
    this.lastTick += passed
    this.spell = advance(this.spell, passed, active)
    if (this.spell === NO_WORK) this.due = this.wanted
    this.notify()
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }
}
