/**
 * Finished annotations on their way to the server. Each is sent under one idempotency key until the server has taken or
 * refused it; all are kept in this browser meanwhile, so that a reload or a lost network loses nothing.
 */
import { ApiError } from '@/api/client'
import type { Answer } from '@/api/assignments'

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

function stored(key: string): Submission[] {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? '[]') as Submission[]).map((item) =>
      item.state === 'refused' ? item : { ...item, state: 'waiting' },
    )
  } catch {
    return []
  }
}

export class Outbox {
  private items: readonly Submission[]
  private readonly listeners = new Set<() => void>()
  private readonly timers = new Map<number, number>()

  constructor(private readonly wiring: Wiring) {
    this.items = stored(wiring.storageKey)
  }

  /** Sends what an earlier visit left behind, and tries again whenever the network returns. Returns how to stop. */
  start(): () => void {
    window.addEventListener('online', this.retryAll)
    this.retryAll()
    return () => {
      window.removeEventListener('online', this.retryAll)
      for (const timer of this.timers.values()) window.clearTimeout(timer)
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
    const item: Submission = { assignment, answer, orderText, state: 'waiting', attempts: 0, error: null }
    this.update([...this.items.filter((other) => other.assignment !== assignment), item])
    void this.send(assignment)
  }

  /** Forgets a submission. Its draft stays. */
  drop(assignment: number): void {
    window.clearTimeout(this.timers.get(assignment))
    this.update(this.items.filter((item) => item.assignment !== assignment))
  }

  private async send(assignment: number): Promise<void> {
    const item = this.items.find((other) => other.assignment === assignment)
    if (item?.state !== 'waiting') return
    window.clearTimeout(this.timers.get(assignment))
    this.change(assignment, { state: 'sending', attempts: item.attempts + 1 })
    try {
      const { today } = await this.wiring.send(assignment, item.answer)
      this.drop(assignment)
      this.wiring.onAccepted(assignment, today)
    } catch (error) {
      this.failed(assignment, item.attempts + 1, error)
    }
  }

  private failed(assignment: number, attempts: number, error: unknown): void {
    const { code, message } = error instanceof ApiError ? error : { code: 'unknown', message: String(error) }
    // Logged out is not refused: the same answer goes through after the next login.
    const again = error instanceof ApiError && (error.transient || error.status === 401)
    this.change(assignment, { state: again ? 'waiting' : 'refused', error: { code, message } })
    const item = this.items.find((other) => other.assignment === assignment)
    if (again) {
      const pause = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (attempts - 1))
      this.timers.set(assignment, window.setTimeout(() => void this.send(assignment), pause))
    } else if (item) this.wiring.onRefused(item)
  }

  private change(assignment: number, change: Partial<Submission>): void {
    this.update(this.items.map((item) => (item.assignment === assignment ? { ...item, ...change } : item)))
  }

  private update(items: readonly Submission[]): void {
    this.items = items
    try {
      localStorage.setItem(this.wiring.storageKey, JSON.stringify(items))
    } catch {
      // Without room in the browser the submission still goes out from memory.
    }
    for (const listener of this.listeners) listener()
  }
}
