/**
 * Finished annotations on their way to the server. Each is sent under one idempotency key until the server has taken or
 * refused it, and is kept in this browser meanwhile, so that a reload or a lost network loses nothing. Each has a storage
 * key of its own: two tabs that write at once cannot lose one another's.
 */
import { ApiError } from '@/api/client'
import type { Answer } from '@/api/assignments'
import { guardLeaving } from '@/lib/unsaved'

export type SubmissionState = 'sending' | 'waiting' | 'refused'

export interface Submission {
  assignment: number
  /** The order in letters, for the annotator to recognise it */
  orderText: string
  answer: Answer
  state: SubmissionState
  attempts: number
  error: { code: string; message: string } | null
}

interface Wiring {
  storageKey: string
  send: (assignment: number, answer: Answer) => Promise<{ today: number }>
  onAccepted: (assignment: number, today: number) => void
  onRefused: (submission: Submission) => void
}

const LONGEST_PAUSE_MS = 30_000

function parsed<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T)
  } catch {
    return null
  }
}

/** Earlier versions of this page kept all in one list. */
function splitList(storageKey: string): void {
  const list = parsed<Submission[]>(localStorage.getItem(storageKey)) ?? []
  for (const item of list) localStorage.setItem(`${storageKey}.${item.assignment}`, JSON.stringify(item))
  localStorage.removeItem(storageKey)
}

function stored(storageKey: string): Submission[] {
  try {
    splitList(storageKey)
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${storageKey}.`))
    return keys.flatMap((key) => parsed<Submission>(localStorage.getItem(key)) ?? []).map(resting)
  } catch {
    return []
  }
}

/** What was being sent when its page went is sent again. */
const resting = (item: Submission): Submission => (item.state === 'refused' ? item : { ...item, state: 'waiting' })

export class Outbox {
  private items: readonly Submission[]
  private readonly listeners = new Set<() => void>()
  private readonly timers = new Map<number, number>()
  private readonly underway = new Map<number, Promise<void>>()
  /** Those that the browser had no room for */
  private readonly unstored = new Set<number>()
  private running = false

  constructor(private readonly wiring: Wiring) {
    this.items = stored(wiring.storageKey)
  }

  /** Sends what an earlier visit left behind, and tries again whenever the network returns. Returns how to stop. */
  start(): () => void {
    const unguard = guardLeaving(() => this.atRisk())
    this.running = true
    window.addEventListener('online', this.retryAll)
    window.addEventListener('storage', this.adopt)
    this.retryAll()
    return () => {
      this.running = false
      window.removeEventListener('online', this.retryAll)
      window.removeEventListener('storage', this.adopt)
      // What only this page holds, only this page can send.
      for (const [assignment, timer] of this.timers) if (!this.unstored.has(assignment)) window.clearTimeout(timer)
      if (!this.atRisk()) unguard()
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): readonly Submission[] => this.items

  readonly retryAll = (): void => {
    for (const item of this.items) if (item.state === 'waiting') void this.send(item.assignment)
  }

  add(assignment: number, answer: Answer, orderText: string): void {
    this.put({ assignment, answer, orderText, state: 'waiting', attempts: 0, error: null })
    void this.send(assignment)
  }

  /** Forgets a submission. Its draft stays. */
  drop(assignment: number): void {
    const item = this.find(assignment)
    window.clearTimeout(this.timers.get(assignment))
    this.unstored.delete(assignment)
    this.change(this.items.filter((other) => other !== item))
    if (item) this.forget(item)
  }

  /**
   * Takes a submission out of what is to be sent. "gone": there is none, so it may have arrived; "unsure": it was sent and
   * nobody knows whether it arrived; "unsent": it never arrived.
   */
  async retract(assignment: number): Promise<'gone' | 'unsure' | 'unsent'> {
    await this.underway.get(assignment)
    const item = this.find(assignment)
    if (!item) return 'gone'
    this.drop(assignment)
    return item.state === 'waiting' && item.attempts > 0 ? 'unsure' : 'unsent'
  }

  private find(assignment: number): Submission | undefined {
    return this.items.find((item) => item.assignment === assignment)
  }

  private atRisk(): boolean {
    return this.items.some(({ assignment, state }) => state !== 'refused' && this.unstored.has(assignment))
  }

  /** Takes what another tab wrote down while it handed over. */
  private readonly adopt = ({ key, newValue }: StorageEvent): void => {
    if (!key?.startsWith(`${this.wiring.storageKey}.`)) return
    const item = parsed<Submission>(newValue)
    if (!item || this.find(item.assignment)) return
    this.change([...this.items, resting(item)])
    void this.send(item.assignment)
  }

  private async send(assignment: number): Promise<void> {
    if (this.find(assignment)?.state !== 'waiting') return
    window.clearTimeout(this.timers.get(assignment))
    const sending = this.deliver(assignment)
    this.underway.set(assignment, sending)
    await sending
    if (this.underway.get(assignment) === sending) this.underway.delete(assignment)
  }

  private async deliver(assignment: number): Promise<void> {
    const item = this.find(assignment)
    if (!item) return
    const sent: Submission = { ...item, state: 'sending', attempts: item.attempts + 1 }
    this.put(sent)
    try {
      const { today } = await this.wiring.send(assignment, sent.answer)
      if (this.isCurrent(sent)) this.drop(assignment)
      this.wiring.onAccepted(assignment, today)
    } catch (error) {
      if (this.isCurrent(sent)) this.failed(sent, error)
    }
  }

  /** Whether a submission was neither dropped nor replaced while it was on its way. */
  private isCurrent({ assignment, answer }: Submission): boolean {
    return this.find(assignment)?.answer.idempotency_key === answer.idempotency_key
  }

  private failed(sent: Submission, error: unknown): void {
    const { assignment, attempts } = sent
    const { code, message } = error instanceof ApiError ? error : { code: 'unknown', message: String(error) }
    // Logged out is not refused: the same answer goes through after the next login.
    const again = error instanceof ApiError && (error.transient || error.status === 401)
    const item: Submission = { ...sent, state: again ? 'waiting' : 'refused', error: { code, message } }
    this.put(item)
    if (!again) this.wiring.onRefused(item)
    else if (this.running || this.unstored.has(assignment)) {
      const pause = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (attempts - 1))
      this.timers.set(assignment, window.setTimeout(() => void this.send(assignment), pause))
    }
  }

  /** Takes an item in, in place of an earlier state of it, and keeps it in the browser. */
  private put(item: Submission): void {
    const { assignment } = item
    try {
      localStorage.setItem(this.keyOf(item), JSON.stringify(item))
      this.unstored.delete(assignment)
    } catch {
      // Without room in the browser the submission still goes out from memory.
      this.unstored.add(assignment)
    }
    const known = this.find(assignment)
    this.change(known ? this.items.map((other) => (other === known ? item : other)) : [...this.items, item])
  }

  private keyOf({ assignment }: Submission): string {
    return `${this.wiring.storageKey}.${assignment}`
  }

  /** Another tab may have written down a later answer to the same task: that one stays. */
  private forget(item: Submission): void {
    try {
      const kept = parsed<Submission>(localStorage.getItem(this.keyOf(item)))
      if (kept?.answer.idempotency_key === item.answer.idempotency_key) localStorage.removeItem(this.keyOf(item))
    } catch {
      // A browser that allows no storage has nothing to forget.
    }
  }

  private change(items: readonly Submission[]): void {
    this.items = items
    for (const listener of this.listeners) listener()
  }
}
