/** Everything that moves between the workbench and the server for one person in one project. */
import { ApiError } from '@/api/client'
import {
  claimAssignments,
  MAX_LEASES,
  renewAssignment,
  skipAssignment,
  submitAssignment,
  type Answer,
  type Assignment,
  type NoWorkDetails,
  type NoWorkReason,
  type SkipReason,
} from '@/api/assignments'
import type { ActiveClock } from '@/components/task/activeClock'
import { dropDraft } from '@/components/task/drafts'
import { Leases } from './leases'
import { Outbox } from './outbox'
import { leaseOf, mergeClaim } from './queue'

/** The task at hand and the one after it. */
const AHEAD = 2
const TICK_MS = 10_000

export interface WorkState {
  /** The task at hand, then those prefetched */
  queue: readonly Assignment[]
  /** Null until the first claim was answered */
  standing: { today: number; target: number; whyNone: NoWorkReason | null; whyDetails: NoWorkDetails } | null
  claiming: boolean
  claimError: unknown
  /** A task at hand was taken back because its lease ran out */
  lost: boolean
}

export class Work {
  readonly outbox: Outbox
  private state: WorkState = { queue: [], standing: null, claiming: false, claimError: null, lost: false }
  private readonly listeners = new Set<() => void>()
  private readonly leases = new Leases()
  private readonly over = new Set<string>()
  private claimAgain = false

  constructor(
    private readonly project: number,
    private readonly user: number,
    private readonly clock: ActiveClock,
  ) {
    this.outbox = new Outbox({
      storageKey: `cheems.outbox.${user}.${project}`,
      send: submitAssignment,
      onAccepted: (assignment, today) => this.accepted(assignment, today),
      onRefused: () => void this.claim(),
    })
    for (const { assignment: id, answer, state } of this.outbox.snapshot()) {
      if (state !== 'refused') this.over.add(leaseOf({ id, token: answer.token }))
    }
  }

  /** Claims, keeps leases alive and sends what is unsent. Returns how to stop. */
  start(): () => void {
    const stopOutbox = this.outbox.start()
    const timer = window.setInterval(() => this.tick(), TICK_MS)
    void this.claim()
    return () => {
      stopOutbox()
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
    if (this.state.claiming) {
      this.claimAgain = true
      return
    }
    this.change({ claiming: true })
    try {
      const unsent = this.outbox.snapshot().filter(({ state }) => state !== 'refused').length
      const claim = await claimAssignments(this.project, Math.min(MAX_LEASES, AHEAD + unsent))
      this.merge(claim.assignments)
      const { today, daily_target: target, why_none: whyNone, why_details: whyDetails } = claim
      const standing = { today, target, whyNone, whyDetails }
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
    this.finish(assignment)
    this.outbox.add(assignment.id, answer, orderText)
  }

  /** Gives the task back with a reason; it is never offered to this person again. Throws ApiError. */
  async skip(assignment: Assignment, reason: SkipReason, note: string): Promise<void> {
    await skipAssignment(assignment.id, { token: assignment.token, reason, note })
    dropDraft(this.user, assignment.id)
    this.finish(assignment)
    void this.claim()
  }

  dismissLost(): void {
    this.change({ lost: false })
  }

  private finish(assignment: Assignment): void {
    this.over.add(leaseOf(assignment))
    this.change({ queue: this.state.queue.filter(({ id }) => id !== assignment.id), lost: false })
  }

  private accepted(assignment: number, today: number): void {
    dropDraft(this.user, assignment)
    this.change({ standing: this.state.standing && { ...this.state.standing, today } })
    void this.claim()
  }

  private merge(claimed: readonly Assignment[]): void {
    // A refused answer comes back as work, unless its lease is gone for good.
    const refused = this.outbox.snapshot().filter(({ state }) => state === 'refused')
    for (const { assignment: id, answer } of refused) this.over.delete(leaseOf({ id, token: answer.token }))
    for (const assignment of claimed) this.leases.note(assignment, assignment.lease_expires_at)
    const queue = mergeClaim(this.state.queue, claimed, this.over)
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
    if (failed || (queue.length === 0 && !claimError)) void this.claim()
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
