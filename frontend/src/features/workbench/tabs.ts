/**
 * One live tab for each person and project, of however many are open. The live one leaves its heartbeat in localStorage and
 * answers the others on a channel; a tab that is closed or crashed falls silent, and another one goes on. This works on plain
 * http, where there are no Web Locks.
 */
import { uuid } from '@/lib/uuid'

const BEAT_MS = 2000
/** After so long without a sign, a tab is taken for gone. */
const SILENT_MS = 3 * BEAT_MS
/** How long a tab gets to hand over; one that is frozen has saved before it froze. */
const HAND_OVER_MS = 1500

export interface TabState {
  live: boolean
  /** Grows whenever this tab becomes the live one */
  turn: number
  /** It is being taken over from another tab */
  taking: boolean
}

type Message =
  | { type: 'hello' | 'take' | 'left'; from: string }
  | { type: 'live'; from: string; since: number }
  | { type: 'released'; from: string; to: string }

/** What a BroadcastChannel does here. */
export interface Channel {
  post: (message: unknown) => void
  close: () => void
}
export type OpenChannel = (name: string, onMessage: (message: unknown) => void) => Channel

const NO_CHANNEL: Channel = { post: () => undefined, close: () => undefined }

function broadcast(name: string, onMessage: (message: unknown) => void): Channel {
  if (!('BroadcastChannel' in window)) return NO_CHANNEL
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }) => onMessage(data)
  return { post: (message) => channel.postMessage(message), close: () => channel.close() }
}

export class Tabs {
  private readonly id = uuid()
  private state: TabState
  private since = 0
  private heardAt = 0
  private asked = false
  private gone = false
  private channel: Channel = NO_CHANNEL
  private taking: number | undefined
  private readonly listeners = new Set<() => void>()

  /** `handOver` saves what this tab has at hand, for the next one to go on with. */
  constructor(
    private readonly key: string,
    private readonly handOver: () => Promise<unknown>,
    private readonly openChannel: OpenChannel = broadcast,
  ) {
    const live = !this.elsewhere()
    this.state = { live, turn: live ? 1 : 0, taking: false }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): TabState => this.state

  /** Takes part among the tabs. Returns how to leave. */
  start(): () => void {
    this.channel = this.openChannel(this.key, (message) => this.receive(message as Message))
    const timer = window.setInterval(this.tick, BEAT_MS)
    const back = ({ persisted }: PageTransitionEvent) => persisted && this.enter()
    window.addEventListener('pagehide', this.leave)
    window.addEventListener('pageshow', back)
    document.addEventListener('visibilitychange', this.tick)
    this.enter()
    return () => {
      window.clearInterval(timer)
      window.removeEventListener('pagehide', this.leave)
      window.removeEventListener('pageshow', back)
      document.removeEventListener('visibilitychange', this.tick)
      this.leave()
      this.channel.close()
    }
  }

  /** Makes this tab the live one, as soon as the other one has saved its work. */
  readonly takeOver = (): void => {
    if (this.state.live || this.state.taking) return
    this.change({ taking: true })
    this.post({ type: 'take', from: this.id })
    this.taking = window.setTimeout(this.become, this.elsewhere() ? HAND_OVER_MS : 0)
  }

  private enter(): void {
    this.gone = false
    if (this.elsewhere()) this.change({ live: false })
    else if (this.state.live) this.beat()
    else this.become()
    this.post({ type: 'hello', from: this.id })
  }

  private readonly leave = (): void => {
    this.gone = true
    window.clearTimeout(this.taking)
    if (!this.state.live) return
    this.forget()
    this.post({ type: 'left', from: this.id })
  }

  private receive(message: Message): void {
    switch (message.type) {
      case 'hello':
        if (this.state.live) this.post({ type: 'live', from: this.id, since: this.since })
        return
      case 'live':
        return this.meet(message)
      case 'take':
        return void this.yield(message.from)
      case 'released':
        if (message.to === this.id && this.state.taking) this.become()
        return
      case 'left':
        this.heardAt = 0
    }
  }

  /** Of two live tabs, the one that has been so for longer stays. */
  private meet({ from, since }: { from: string; since: number }): void {
    if (!this.state.live) {
      this.heardAt = Date.now()
      this.asked = false
    } else if (since < this.since || (since === this.since && from < this.id)) void this.yield(from)
    else this.post({ type: 'live', from: this.id, since: this.since })
  }

  private async yield(to: string): Promise<void> {
    if (!this.state.live) return
    this.heardAt = Date.now()
    this.change({ live: false })
    await this.handOver().catch(() => undefined)
    this.post({ type: 'released', from: this.id, to })
  }

  private readonly become = (): void => {
    window.clearTimeout(this.taking)
    this.asked = false
    this.heardAt = 0
    this.since = 0
    this.beat()
    this.change({ live: true, taking: false, turn: this.state.turn + 1 })
    this.post({ type: 'live', from: this.id, since: this.since })
  }

  private readonly tick = (): void => {
    // A page that is left is hidden once more after `pagehide`; a last beat would hold up whatever opens next.
    if (this.gone) return
    const elsewhere = this.elsewhere()
    if (this.state.live) {
      // Somebody took over while this tab was frozen, or without a channel.
      if (elsewhere) void this.yield(elsewhere)
      else this.beat()
    } else if (!elsewhere && !document.hidden && !this.state.taking) {
      // A hidden tab beats but once a minute: it is asked before it is taken for gone.
      if (this.asked) return this.become()
      this.asked = true
      this.post({ type: 'hello', from: this.id })
    }
  }

  /** The other tab that is live by its heartbeat or its word; null where none is. */
  private elsewhere(): string | null {
    const recent = (at: number) => Date.now() - at < SILENT_MS
    const [id, at] = this.heartbeat()
    if (id && id !== this.id && recent(at)) return id
    return recent(this.heardAt) ? 'heard' : null
  }

  private heartbeat(): [id: string | null, at: number] {
    try {
      const [id = null, at] = (localStorage.getItem(this.key) ?? '').split(' ')
      return [id, Number(at)]
    } catch {
      return [null, 0]
    }
  }

  private beat(): void {
    this.since ||= Date.now()
    try {
      localStorage.setItem(this.key, `${this.id} ${Date.now()}`)
    } catch {
      // Without storage the tabs still hear each other on the channel.
    }
  }

  private forget(): void {
    try {
      if (this.heartbeat()[0] === this.id) localStorage.removeItem(this.key)
    } catch {
      // As above.
    }
  }

  private post(message: Message): void {
    this.channel.post(message)
  }

  private change(change: Partial<TabState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}
