/** Work in progress, kept in this browser until the server has it. Drafts of different people never mix. */
import type { Assignment } from '@/api/assignments'
import { createOrdering, isOrderingOf, type Ordering } from '@/lib/ordering'

export interface Draft {
  /** The lease under which it was made */
  token: number
  ordering: Ordering
  notes: string
  /** Active seconds so far */
  seconds: number
}

function keyOf(user: number, assignment: number): string {
  return `cheems.draft.${user}.${assignment}`
}

function parsed(text: string | null): Partial<Draft> | null {
  try {
    return text ? (JSON.parse(text) as Partial<Draft>) : null
  } catch {
    return null
  }
}

export function emptyDraft(assignment: Assignment): Draft {
  const ordering = createOrdering(assignment.responses.map((response) => response.id))
  return { token: assignment.token, ordering, notes: '', seconds: 0 }
}

/**
 * The draft of this assignment, made under this lease or an earlier one of the same person; an empty one where there is
 * none. A new lease may show the responses in another order: what was said of them holds, for it goes by their ids.
 */
export function loadDraft(user: number, assignment: Assignment): Draft {
  const fresh = emptyDraft(assignment)
  const stored = parsed(localStorage.getItem(keyOf(user, assignment.id)))
  if (!stored || !isOrderingOf(stored.ordering, fresh.ordering.responses)) return fresh
  return {
    token: Number(stored.token),
    ordering: { ...stored.ordering, responses: fresh.ordering.responses },
    notes: stored.notes ?? '',
    seconds: stored.seconds ?? 0,
  }
}

/** Keeps a draft. Returns false where the browser has no room or allows no storage. */
export function saveDraft(user: number, assignment: number, draft: Draft): boolean {
  try {
    localStorage.setItem(keyOf(user, assignment), JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function dropDraft(user: number, assignment: number): void {
  localStorage.removeItem(keyOf(user, assignment))
}
