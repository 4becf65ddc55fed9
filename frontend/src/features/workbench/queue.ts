import type { Assignment } from '@/api/assignments'

/** One lease of one task. A task leased again later is another piece of work. */
export function leaseOf({ id, token }: { id: number; token: number }): string {
  return `${id}:${token}`
}

/**
 * The queue after a claim: what is still held, in the order it had, then what is new. What is in `over` (leases handed in
 * or given back while the claim was under way) stays out.
 */
export function mergeClaim(
  queue: readonly Assignment[],
  claimed: readonly Assignment[],
  over: ReadonlySet<string>,
): Assignment[] {
  const held = claimed.filter((assignment) => !over.has(leaseOf(assignment)))
  const kept = queue.flatMap(({ id }) => held.filter((assignment) => assignment.id === id))
  return [...kept, ...held.filter((assignment) => !kept.includes(assignment))]
}
