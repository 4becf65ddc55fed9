/**
 * Work in progress. Every change is kept in this browser at once, and on the server soon after (draftSync.ts). Here: what
 * is kept, how it is read back, and which of two drafts counts. Drafts of different people never mix.
 */
import type { Assignment, ServerDraft } from '@/api/assignments'
import { fingerprint } from '@/lib/fingerprint'
import { createOrdering, isOrderingOf } from '@/lib/ordering'
import { uuid } from '@/lib/uuid'
import type { Content } from './content'
import { orderingOf, renamed } from './orderings'

export interface Draft extends Content {
  /** The lease under which it was made */
  token: number
  /** Active seconds so far */
  seconds: number
}

/** A draft as it is stored, here and on the server. */
export interface Stored extends Draft {
  /** Fingerprint of each response's text by its id: ids are places on the page, and another lease deals these anew. */
  texts: Record<number, string>
  /** The browser of the last change */
  writer: string
  /** When that was (milliseconds by its clock); of one writer's drafts, the later one holds all of the earlier */
  at: number
}

/** Another draft of the same task that has to be chosen or turned down. */
export interface Other {
  stored: Stored
  /** Milliseconds since 1970 */
  savedAt: number
  /** Its version, while it is the server's; null for one that only this browser holds */
  version: number | null
}

/** What this browser keeps of one task. */
export interface Kept {
  stored: Stored
  /** The server's version that it rests on; 0: none */
  version: number
  /** It holds changes that the server does not have */
  dirty: boolean
  other: Other | null
}

/** What a task starts from. */
export interface Start extends Omit<Kept, 'stored'> {
  draft: Draft
  /** When its last change was made */
  at: number
  /** It holds work from before: a reload, an earlier lease, another browser */
  restored: boolean
}

const keyOf = (user: number, assignment: number) => `cheems.draft.${user}.${assignment}`

/** What the browser had no room for: good for as long as the page is open. */
const inMemory = new Map<string, Kept>()

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** What is kept, also by a version of this page that knew nothing of the server's drafts. */
function parsed(text: string | null): Kept | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    if (!isRecord(value)) return null
    if (isRecord(value.stored)) return value as unknown as Kept
    return { stored: { writer: '', at: 0, ...value } as unknown as Stored, version: 0, dirty: true, other: null }
  } catch {
    return null
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function keptDraft(user: number, assignment: number): Kept | null {
  const key = keyOf(user, assignment)
  return inMemory.get(key) ?? parsed(read(key))
}

/** Keeps a draft. Returns false where the browser has no room or allows no storage: then only the open page holds it. */
export function keepDraft(user: number, assignment: number, kept: Kept): boolean {
  const key = keyOf(user, assignment)
  try {
    localStorage.setItem(key, JSON.stringify(kept))
    inMemory.delete(key)
    return true
  } catch {
    inMemory.set(key, kept)
    return false
  }
}

export function dropDraft(user: number, assignment: number): void {
  const key = keyOf(user, assignment)
  inMemory.delete(key)
  try {
    localStorage.removeItem(key)
  } catch {
    // A browser that allows no storage has none to drop.
  }
}

let ownName: string | null = null

/** A name of this browser, by which it knows its own drafts again. */
export function browserName(): string {
  if (ownName) return ownName
  ownName = read('cheems.browser') ?? uuid()
  try {
    localStorage.setItem('cheems.browser', ownName)
  } catch {
    // Then the name is good for as long as the page is open.
  }
  return ownName
}

export function textsOf({ responses }: Assignment): Record<number, string> {
  return Object.fromEntries(responses.map(({ id, text }) => [id, fingerprint(text)]))
}

const idsOf = ({ responses }: Assignment) => responses.map(({ id }) => id)

/** What a task starts from without a draft: what its own author said before it came back, else nothing said. */
export function freshDraft(assignment: Assignment): Draft {
  const { previous, token } = assignment
  const ids = idsOf(assignment)
  if (!previous) {
    return { token, ordering: createOrdering(ids), notes: '', noneAcceptable: false, evidence: [], faults: [], seconds: 0 }
  }
  return {
    token,
    ordering: orderingOf(ids, previous.scores, previous.order),
    notes: previous.notes,
    noneAcceptable: previous.none_acceptable,
    evidence: previous.evidence.map(({ url = '', note = '' }) => ({ url, note })),
    faults: previous.faults.map(({ note = '', ...fault }) => ({ ...fault, note, id: uuid() })),
    seconds: 0,
  }
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
 * A stored draft as it reads on today's page; null where it is of other texts. Another lease may show the responses in
 * another order: what was said of them holds, for it goes by their texts.
 */
export function draftOf(stored: Partial<Stored>, assignment: Assignment): Draft | null {
  const ids = todaysIds(stored, assignment)
  if (!ids || !isOrderingOf(stored.ordering, [...ids.keys()])) return null
  return {
    token: Number(stored.token),
    ordering: renamed(stored.ordering, (id) => ids.get(id) ?? id, idsOf(assignment)),
    notes: stored.notes ?? '',
    noneAcceptable: stored.noneAcceptable ?? false,
    evidence: stored.evidence ?? [],
    faults: (stored.faults ?? []).map((fault) => ({ ...fault, response: ids.get(fault.response) ?? fault.response })),
    seconds: stored.seconds ?? 0,
  }
}

/** One save of one browser. */
const isSame = (a: Partial<Stored>, b: Partial<Stored>) => a.writer === b.writer && a.at === b.at

function saysTheSame(a: Draft | null, b: Draft | null): boolean {
  const said = (draft: Draft | null) => JSON.stringify(draft && { ...draft, token: 0, seconds: 0 })
  return said(a) === said(b)
}

/** Which of two drafts holds all that the other does; "unlike" where neither does and a person has to choose. */
export function newerOf(
  { stored, version, dirty }: Omit<Kept, 'other'>,
  server: ServerDraft,
  assignment: Assignment,
): 'kept' | 'server' | 'unlike' {
  const theirs = server.content as Partial<Stored>
  if (theirs.writer === stored.writer) return (theirs.at ?? 0) > stored.at ? 'server' : 'kept'
  if (version === server.version) return 'kept'
  if (!dirty) return 'server'
  return saysTheSame(draftOf(stored, assignment), draftOf(theirs, assignment)) ? 'kept' : 'unlike'
}

export function otherOf(server: ServerDraft): Other {
  return { stored: server.content as Stored, savedAt: Date.parse(server.saved_at), version: server.version }
}

/** What a task starts from: the newer of what this browser and the server hold, else what was said before, else nothing. */
export function startOf(user: number, assignment: Assignment): Start {
  const { draft: server, previous } = assignment
  const kept = keptDraft(user, assignment.id)
  const ours = kept && draftOf(kept.stored, assignment)
  const saved = server && (server.content as Partial<Stored>)
  const theirs = saved && draftOf(saved, assignment)
  const fromServer = {
    ...{ draft: theirs ?? freshDraft(assignment), at: saved?.at ?? 0, restored: theirs !== null },
    ...{ version: server?.version ?? 0, dirty: false, other: kept?.other ?? null },
  }
  // What is on the server no more was handed in from elsewhere, and that answer came back.
  const outdated = kept && !server && !kept.dirty && kept.version > 0 && previous
  if (!kept || !ours || outdated) return fromServer
  const mine = { ...fromServer, draft: ours, at: kept.stored.at, restored: true }
  if (!server || !theirs) return { ...mine, dirty: true }
  switch (newerOf(kept, server, assignment)) {
    case 'kept':
      return { ...mine, dirty: !isSame(kept.stored, saved) }
    case 'server':
      return fromServer
    case 'unlike': {
      // The later one stands on the page, the other one waits beside it.
      const offered = otherOf(server)
      if (kept.stored.at > offered.savedAt) return { ...mine, version: kept.version, dirty: true, other: offered }
      return { ...fromServer, other: { stored: kept.stored, savedAt: kept.stored.at, version: null } }
    }
  }
}

const OUTBOX_ITEM = /^cheems\.outbox(\.\d+){3}$/

/** Whether this browser holds drafts or answers, of whomever, that the server does not have. */
export function holdsUnsent(): boolean {
  try {
    return Object.keys(localStorage).some(
      (key) => OUTBOX_ITEM.test(key) || (key.startsWith('cheems.draft.') && read(key)?.includes('"dirty":true')),
    )
  } catch {
    return false
  }
}
