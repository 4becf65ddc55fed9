/**
 * One task's draft on its way to the server: every change is in the browser at once, and on the server a moment after the
 * last one. What the server does not take stays here, is tried again where that may help, and is said.
 */
import { getServerDraft, saveServerDraft, type Assignment, type ServerDraft } from '@/api/assignments'
import { ApiError } from '@/api/client'
import { guardLeaving } from '@/lib/unsaved'
import type { Content } from './content'
import {
  browserName,
  draftOf,
  keepDraft,
  newerOf,
  otherOf,
  textsOf,
  type Draft,
  type Other,
  type Start,
  type Stored,
} from './drafts'

const REST_MS = 800
/** While somebody goes on typing, the server gets the draft this often. */
const LONGEST_WAIT_MS = 5000
const FIRST_PAUSE_MS = 2000
const LONGEST_PAUSE_MS = 30_000
/** At once, where another version was in the way */
const MOST_TRIES = 3
/** Browsers let requests of up to 64 KiB outlive their page. */
const MOST_KEPT_ALIVE = 20_000

export interface DraftState {
  /** When the last change was made, in milliseconds */
  at: number
  /** Whether the browser could keep the last change; null before the first one */
  kept: boolean | null
  /** What became of the last change on the server; null while there is none to send */
  server: 'saving' | 'saved' | 'waiting' | 'refused' | null
  /** Another draft of this task, to choose between */
  other: Other | null
}

const open = new Set<DraftSync>()

/** Sends what the server does not have yet, of every task on the page; done when that has worked or failed. */
export async function flushDrafts(): Promise<void> {
  await Promise.all([...open].map((sync) => sync.flush()))
}

/** Ends the saving of a task whose answer is on its way. Its draft stays in the browser until the answer has arrived. */
export function closeDraft(user: number, assignment: number): void {
  for (const sync of open) if (sync.isOf(user, assignment)) sync.close()
}

export class DraftSync {
  private state: DraftState
  private stored: Stored
  private version: number
  private dirty: boolean
  private dirtySince = 0
  private sending: Promise<void> | null = null
  private failures = 0
  private shown = false
  private closed = false
  private timer: number | undefined
  private readonly listeners = new Set<() => void>()
  private unguard: () => void = () => undefined

  constructor(
    private readonly user: number,
    private readonly assignment: Assignment,
    { draft, at, version, dirty, other }: Start,
  ) {
    this.stored = { ...draft, texts: textsOf(assignment), writer: '', at }
    this.version = version
    this.dirty = dirty
    this.state = { at, kept: null, server: null, other }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): DraftState => this.state

  isOf(user: number, assignment: number): boolean {
    return this.user === user && this.assignment.id === assignment
  }

  /** Begins saving, when the task comes on the page. Returns how to end it; what is unsaved then is sent at once. */
  start(): () => void {
    const leaving = () => void this.flush()
    const hidden = () => document.hidden && leaving()
    this.stored = { ...this.stored, writer: browserName() }
    this.shown = true
    this.closed = false
    // What failed before the task left the page is tried anew.
    this.failures = 0
    this.unguard()
    this.unguard = guardLeaving(() => this.dirty && this.state.kept === false)
    open.add(this)
    document.addEventListener('visibilitychange', hidden)
    window.addEventListener('pagehide', leaving)
    // The page will have to be loaded anew.
    window.addEventListener('vite:preloadError', leaving)
    window.addEventListener('online', this.retry)
    if (this.state.other?.version === null) this.keep()
    if (this.dirty) this.noted()
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      window.removeEventListener('pagehide', leaving)
      window.removeEventListener('vite:preloadError', leaving)
      this.shown = false
      void this.flush().then(() => this.rest())
    }
  }

  /** Takes a change: it is in the browser when this returns, and goes to the server soon. */
  note(content: Content, seconds: number): void {
    const at = Math.max(Date.now(), this.stored.at + 1)
    this.stored = { ...this.stored, ...content, token: this.assignment.token, seconds, at }
    this.dirtySince ||= at
    this.dirty = true
    this.keep()
    this.noted()
  }

  /** Keeps how long the task took so far, which alone is not worth a request. */
  noteTime(seconds: number): void {
    if (this.state.kept === null || this.closed) return
    this.stored = { ...this.stored, seconds }
    this.keep()
  }

  /** Sends what is unsaved now. */
  async flush(): Promise<void> {
    window.clearTimeout(this.timer)
    if (this.sending) await this.sending
    for (let tries = 0; tries < MOST_TRIES && this.dirty; tries += 1) {
      await this.send()
      if (this.state.server !== 'saving') return
    }
  }

  /** Ends the saving; what is on its way arrives or not. */
  close(): void {
    this.closed = true
    window.clearTimeout(this.timer)
    this.leave()
  }

  /** Keeps what is on the page, above the other draft. */
  keepThis(): void {
    this.decide()
    if (this.dirty) this.noted()
  }

  /** The other draft as it reads on this page, which the page then notes as a change; null where it is of other texts. */
  takeOther(): Draft | null {
    const { other } = this.state
    const draft = other && draftOf(other.stored, this.assignment)
    this.decide()
    return draft
  }

  private readonly retry = (): void => {
    if (this.state.server === 'waiting') void this.flush()
  }

  /** The choice is made: the next save stands on the other draft, if that is the server's. */
  private decide(): void {
    this.version = this.state.other?.version ?? this.version
    this.change({ other: null })
    this.keep()
  }

  /** While the server holds a draft that has not been chosen or turned down, nothing is saved over it. */
  private get held(): boolean {
    return this.closed || this.state.server === 'refused' || (this.state.other?.version ?? null) !== null
  }

  private keep(): void {
    const { other } = this.state
    const kept = { stored: this.stored, version: this.version, dirty: this.dirty, other: other?.version === null ? other : null }
    this.change({ at: this.stored.at, kept: keepDraft(this.user, this.assignment.id, kept) })
  }

  private noted(): void {
    if (this.held) return
    if (this.state.server !== 'waiting') this.change({ server: 'saving' })
    const rested = Math.min(REST_MS, Math.max(0, this.dirtySince + LONGEST_WAIT_MS - Date.now()))
    // After a failure, only the time until the next try counts.
    if (this.failures === 0) this.wait(this.dirtySince ? rested : REST_MS)
  }

  private wait(ms: number): void {
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.send(), ms)
  }

  private async send(): Promise<void> {
    if (this.sending || this.held || !this.dirty) return
    this.sending = this.put()
    await this.sending
    this.sending = null
    if (this.dirty && this.state.server === 'saving') this.noted()
  }

  private async put(): Promise<void> {
    const sent = this.stored
    this.dirtySince = 0
    this.change({ server: 'saving' })
    try {
      const small = JSON.stringify(sent).length < MOST_KEPT_ALIVE
      this.arrived(sent, await saveServerDraft(this.assignment.id, this.version, sent, small))
    } catch (error) {
      if (error instanceof ApiError && error.code === 'draft_newer') await this.compare()
      else this.failed(error)
    }
  }

  private arrived(sent: Stored, { version }: { version: number }): void {
    this.version = version
    this.dirty = this.stored.at !== sent.at
    this.failures = 0
    // Once closed, or with the task in another tab, what the browser keeps is no longer this page's to write.
    if (!this.closed && this.shown) this.keep()
    this.change({ server: this.dirty ? 'saving' : 'saved' })
  }

  /** The server has another version than this one rests on. */
  private async compare(): Promise<void> {
    try {
      this.meet(await getServerDraft(this.assignment.id))
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.version = 0
      else this.failed(error)
    }
  }

  private meet(server: ServerDraft): void {
    const { stored, version, dirty } = this
    if (newerOf({ stored, version, dirty }, server, this.assignment) === 'kept') this.version = server.version
    else this.change({ other: otherOf(server) })
  }

  private failed(error: unknown): void {
    const { status, transient } = error instanceof ApiError ? error : { status: 0, transient: true }
    // Logged out is not refused: it goes through after the next login.
    if (!transient && status !== 401) return this.change({ server: 'refused' })
    this.failures += 1
    this.change({ server: 'waiting' })
    const stays = this.shown || this.state.kept === false
    if (stays && !this.closed) this.wait(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.failures - 1)))
  }

  /** Off the page: what only memory holds is tried on, anything else waits in the browser for the task to come back. */
  private rest(): void {
    if (this.shown || (this.dirty && this.state.kept === false && !this.closed)) return
    window.clearTimeout(this.timer)
    this.leave()
  }

  private leave(): void {
    open.delete(this)
    this.unguard()
    window.removeEventListener('online', this.retry)
  }

  private change(change: Partial<DraftState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}
