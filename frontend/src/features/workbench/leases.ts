import type { Assignment } from '@/api/assignments'
import { leaseOf } from './queue'

const SHORTEST_MS = 30_000

interface Lease {
  renewedAt: number
  lengthMs: number
}

/** When each lease is due for renewal: after a third of its length. */
export class Leases {
  private readonly leases = new Map<string, Lease>()

  /** Notes a lease as it was granted or renewed just now. A clock that is wrong here gives the shortest length. */
  note(assignment: Pick<Assignment, 'id' | 'token'>, expiresAt: string): void {
    const lengthMs = Math.max(SHORTEST_MS, Date.parse(expiresAt) - Date.now())
    this.leases.set(leaseOf(assignment), { renewedAt: Date.now(), lengthMs })
  }

  /** Leases that have run for a third of their length, with the time of their last renewal. */
  due(queue: readonly Assignment[]): { assignment: Assignment; renewedAt: number }[] {
    return queue.flatMap((assignment) => {
      const lease = this.leases.get(leaseOf(assignment))
      const isDue = lease && Date.now() - lease.renewedAt >= lease.lengthMs / 3
      return isDue ? [{ assignment, renewedAt: lease.renewedAt }] : []
    })
  }
}
