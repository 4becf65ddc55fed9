/** Work in progress, kept in this browser until the server has it. Drafts of different people never mix. */
import type { Assignment } from '@/api/assignments'
import { fingerprint } from '@/lib/fingerprint'
import { createOrdering, isOrderingOf, type Ordering } from '@/lib/ordering'
import { orderingOf, renamed } from './orderings'

export interface Draft {
  /** The lease under which it was made */
  token: number
  ordering: Ordering
  notes: string
  /** Active seconds so far */
  seconds: number
}

interface Stored extends Draft {
  /** Fingerprint of each response's text by its id: ids are places on the page, and another lease deals these anew. */
  texts: Record<number, string>
}

function keyOf(user: number, assignment: number): string {
  return `cheems.draft.${user}.${assignment}`
}

function parsed(text: string | null): Partial<Stored> | null {
  try {
    return text ? (JSON.parse(text) as Partial<Stored>) : null
  } catch {
    return null
  }
}

function textsOf({ responses }: Assignment): Record<number, string> {
  return Object.fromEntries(responses.map(({ id, text }) => [id, fingerprint(text)]))
}

const idsOf = ({ responses }: Assignment) => responses.map(({ id }) => id)

/** What a task starts from: the work that came back to its own author, else nothing said. */
export function freshDraft(assignment: Assignment): Draft {
  const previous = assignment.returned?.previous
  const ids = idsOf(assignment)
  const ordering = previous ? orderingOf(ids, previous.scores, previous.order) : createOrdering(ids)
  return { token: assignment.token, ordering, notes: '', seconds: 0 }
}

/** Today's id of each response of a draft, by its text; null where the texts are others. Equal texts go in order. */
function todaysIds(stored: Partial<Stored>, assignment: Assignment): Map<number, number> | null {
  const left = [...assignment.responses]
  const ids = new Map<number, number>()
  for (const [old, text] of Object.entries(stored.texts ?? {})) {
    const at = left.findIndex((response) => fingerprint(response.text) === text)
    const found = left.splice(at, at === -1 ? 0 : 1)[0]
    if (!found) return null
    ids.set(Number(old), found.id)
  }
  return left.length === 0 ? ids : null
}

/**
 * The draft of this assignment that this person made under this lease or an earlier one; null where there is none. A new
 * lease may show the responses in another order: what was said of them holds, for it goes by their texts.
 */
export function loadDraft(user: number, assignment: Assignment): Draft | null {
  const stored = parsed(localStorage.getItem(keyOf(user, assignment.id)))
  const ids = stored && todaysIds(stored, assignment)
  if (!ids || !isOrderingOf(stored.ordering, [...ids.keys()])) return null
  return {
    token: Number(stored.token),
    ordering: renamed(stored.ordering, (id) => ids.get(id) ?? id, idsOf(assignment)),
    notes: stored.notes ?? '',
    seconds: stored.seconds ?? 0,
  }
}

/** Keeps a draft. Returns false where the browser has no room or allows no storage. */
export function saveDraft(user: number, assignment: Assignment, draft: Draft): boolean {
  try {
    const stored: Stored = { ...draft, texts: textsOf(assignment) }
    localStorage.setItem(keyOf(user, assignment.id), JSON.stringify(stored))
    return true
  } catch {
    return false
  }
}

export function dropDraft(user: number, assignment: number): void {
  localStorage.removeItem(keyOf(user, assignment))
}
