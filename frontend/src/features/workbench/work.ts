/** Everything that moves between the workbench and the server for one person in one project. */
import { ApiError } from '@/api/client'
import {
  claimAssignments,
  MAX_LEASES,
  renewAssignment,
  skipAssignment,
  submitAssignment,
  withdrawAssignment,
  type Answer,
  type Assignment,
  type FaultKind,
  type NoWorkDetails,
  type NoWorkReason,
  type SkipReason,
} from '@/api/assignments'
import type { ActiveClock } from '@/components/task/activeClock'
import { dropDraft } from '@/components/task/drafts'
import { closeDraft } from '@/components/task/draftSync'
import { isAway } from '@/lib/connection'
import { Leases } from './leases'
import { Outbox } from './outbox'
import { leaseOf, mergeClaim } from './queue'

/** The task at hand and the one after it. */
const AHEAD = 2
const TICK_MS = 10_000
/** How many of the tasks handed in are remembered, to have them back at once. */
const REMEMBERED = 10

export interface WorkState {
  /** The task at hand, then those prefetched */
  queue: readonly Assignment[]
  /** Null until the first claim was answered */
  standing: {
    today: number
    target: number
    faultKinds: readonly FaultKind[]
    whyNone: NoWorkReason | null
    whyDetails: NoWorkDetails
  } | null
  claiming: boolean
  claimError: unknown
  /** A task at hand was taken back because its lease ran out */
  lost: boolean
  /** The server has taken an answer since the page was opened */
  sent: boolean
}

export class Work {
  readonly outbox: Outbox
  private state: WorkState = { queue: [], standing: null, claiming: false, claimError: null, lost: false, sent: false }
  private readonly listeners = new Set<() => void>()
  private readonly leases = new Leases()
  private readonly over = new Set<string>()
  private handedIn: readonly Assignment[] = []
  /** Taken back while nobody knew whether the answer had arrived: to be withdrawn, should it have */
  private readonly unsure = new Set<number>()
  /** Taken back, and not in the queue yet */
  private readonly toFront = new Set<number>()
  /** Put back into the queue since the claim under way was sent, whose answer may not know them */
  private readonly putBack = new Set<number>()
  private claimAgain = false
  private running = false

  constructor(
    private readonly project: number,
    private readonly user: number,
    private readonly clock: ActiveClock,
  ) {
    this.outbox = new Outbox({
      storageKey: `cheems.outbox.${user}.${project}`,
      send: (assignment, answer) => this.send(assignment, answer),
      onAccepted: (assignment, today) => this.accepted(assignment, today),
      onRefused: () => void this.claim(),
    })
    for (const { assignment: id, answer, state } of this.outbox.snapshot()) {
      if (state !== 'refused') this.over.add(leaseOf({ id, token: answer.token }))
    }
  }

  /** Claims, keeps leases alive and sends what is unsent. Returns how to stop. */
  start(): () => void {
    this.running = true
    const stopOutbox = this.outbox.start()
    const timer = window.setInterval(() => this.tick(), TICK_MS)
    const online = () => void this.claim()
    window.addEventListener('online', online)
    void this.claim()
    return () => {
      this.running = false
      stopOutbox()
      window.removeEventListener('online', online)
      window.clearInterval(timer)
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): WorkState => this.state

  /** Asks for work until two tasks are at hand. A call during a call makes one more afterwards. */
  async claim(): Promise<void> {
    if (!this.running) return
    if (this.state.claiming) {
      this.claimAgain = true
      return
    }
    this.change({ claiming: true })
    try {
      for (const id of this.unsure) await this.settle(id).catch(() => null)
      this.putBack.clear()
      const unsent = this.outbox.snapshot().filter(({ state }) => state !== 'refused').length
      const claim = await claimAssignments(this.project, Math.min(MAX_LEASES, AHEAD + unsent))
      this.merge(claim.assignments)
      const { today, daily_target: target, fault_kinds: faultKinds, why_none: whyNone, why_details: whyDetails } = claim
      const standing = { today, target, faultKinds, whyNone, whyDetails }
      this.change({ claiming: false, claimError: null, standing })
    } catch (claimError) {
      this.change({ claiming: false, claimError })
    }
    if (this.claimAgain) {
      this.claimAgain = false
      void this.claim()
    }
  }

  /** Hands in the task at hand and goes on with the next at once. */
  submit(assignment: Assignment, answer: Answer, orderText: string): void {
    closeDraft(this.user, assignment.id)
    this.handedIn = [...this.handedIn.filter(({ id }) => id !== assignment.id), assignment].slice(-REMEMBERED)
    this.finish(assignment)
    this.outbox.add(assignment.id, answer, orderText)
    // With nothing fetched ahead, the next task is not to wait for this answer's arrival.
    if (this.state.queue.length === 0) void this.claim()
  }

  /** Gives the task back with a reason; it is never offered to this person again. Throws ApiError. */
  async skip(assignment: Assignment, reason: SkipReason, note: string): Promise<void> {
    await skipAssignment(assignment.id, { token: assignment.token, reason, note })
    closeDraft(this.user, assignment.id)
    dropDraft(this.user, assignment.id)
    this.finish(assignment)
    void this.claim()
  }

  /**
   * Takes an answer back into hand, in front of everything else: one still unsent leaves the outbox, one that arrived is
   * withdrawn. Throws ApiError where the server refuses or cannot be asked.
   */
  async takeBack(assignment: number): Promise<void> {
    const was = await this.outbox.retract(assignment)
    if (was === 'unsent') return this.reopen(assignment)
    if (was === 'unsure') {
      this.unsure.add(assignment)
      if (!(await this.settle(assignment))) this.reopen(assignment)
    } else this.putInFront(await withdrawAssignment(assignment))
    void this.claim()
  }

  /** The task handed in last since the page was opened and not taken back since; null without one. */
  lastHandedIn(): number | null {
    return this.handedIn.at(-1)?.id ?? null
  }

  dismissLost(): void {
    this.change({ lost: false })
  }

  private finish(assignment: Assignment): void {
    this.over.add(leaseOf(assignment))
    this.change({ queue: this.state.queue.filter(({ id }) => id !== assignment.id), lost: false })
  }

  /**
   * Withdraws an answer of which nobody knows whether it arrived. Returns the task where it had; null where it had not, or
   * where that remains unknown. Throws ApiError where it had and cannot be withdrawn.
   */
  private async settle(id: number): Promise<Assignment | null> {
    try {
      const assignment = await withdrawAssignment(id)
      this.unsure.delete(id)
      this.putInFront(assignment)
      return assignment
    } catch (error) {
      if (error instanceof ApiError && error.transient) return null
      this.unsure.delete(id)
      if (error instanceof ApiError && error.code === 'not_submitted') return null
      throw error
    }
  }

  private async send(id: number, answer: Answer): Promise<{ today: number }> {
    const again = this.unsure.has(id) ? await this.settle(id) : null
    if (again) this.finish(again)
    return submitAssignment(id, again ? { ...answer, token: again.token } : answer)
  }

  /** Has a task whose answer never arrived back as it was. */
  private reopen(id: number): void {
    const assignment = this.handedIn.find((other) => other.id === id)
    for (const lease of this.over) if (lease.startsWith(`${id}:`)) this.over.delete(lease)
    if (assignment) return this.putInFront(assignment)
    this.toFront.add(id)
    void this.claim()
  }

  private putInFront(assignment: Assignment): void {
    this.putBack.add(assignment.id)
    this.handedIn = this.handedIn.filter(({ id }) => id !== assignment.id)
    this.leases.note(assignment, assignment.lease_expires_at)
    this.change({ queue: [assignment, ...this.state.queue.filter(({ id }) => id !== assignment.id)], lost: false })
  }

  private accepted(assignment: number, today: number): void {
    dropDraft(this.user, assignment)
    this.change({ sent: true, standing: this.state.standing && { ...this.state.standing, today } })
    void this.claim()
  }

  private merge(claimed: readonly Assignment[]): void {
    if (!this.running) return
    // A refused answer comes back as work, unless its lease is gone for good.
    const refused = this.outbox.snapshot().filter(({ state }) => state === 'refused')
    for (const { assignment: id, answer } of refused) this.over.delete(leaseOf({ id, token: answer.token }))
    for (const assignment of claimed) this.leases.note(assignment, assignment.lease_expires_at)
    const unknown = this.state.queue.filter(({ id }) => this.putBack.has(id) && !claimed.some((other) => other.id === id))
    const merged = mergeClaim(this.state.queue, [...unknown, ...claimed], this.over)
    const inFront = merged.filter(({ id }) => this.toFront.delete(id))
    const queue = [...inFront, ...merged.filter((assignment) => !inFront.includes(assignment))]
    const current = this.state.queue[0]
    const lost = current !== undefined && !queue.some(({ id }) => id === current.id)
    this.change({ queue, lost: lost || this.state.lost })
  }

  private tick(): void {
    for (const { assignment, renewedAt } of this.leases.due(this.state.queue)) {
      if (this.clock.activeSince(renewedAt)) void this.renew(assignment)
    }
    const { queue, claimError } = this.state
    const failed = claimError instanceof ApiError && claimError.transient
    if (failed || isAway() || (queue.length === 0 && !claimError)) void this.claim()
  }

  private async renew(assignment: Assignment): Promise<void> {
    try {
      const { lease_expires_at } = await renewAssignment(assignment.id, assignment.token)
      this.leases.note(assignment, lease_expires_at)
    } catch (error) {
      // The claim tells whether the task can be had again; a lost network is tried again at the next tick.
      if (error instanceof ApiError && error.status === 409) void this.claim()
    }
  }

  private change(change: Partial<WorkState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}
