/** The reasons that this person gave last, with their clauses: most differences are settled for one of a few reasons. */

const KEY = 'cheems.reasons'
const KEPT = 6

export interface GivenReason {
  reason: string
  clause: string
}

function isReason(value: unknown): value is GivenReason {
  const { reason, clause } = (value ?? {}) as Partial<GivenReason>
  return typeof reason === 'string' && typeof clause === 'string'
}

/** Latest first; none where the browser keeps nothing, or something else stands in their place. */
export function recentReasons(): GivenReason[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isReason).slice(0, KEPT) : []
  } catch {
    return []
  }
}

/** Puts a reason first, once. */
export function rememberReason(given: GivenReason): void {
  const others = recentReasons().filter(({ reason, clause }) => reason !== given.reason || clause !== given.clause)
  try {
    localStorage.setItem(KEY, JSON.stringify([given, ...others].slice(0, KEPT)))
  } catch {
    // A browser that keeps nothing costs a convenience, not work.
  }
}
