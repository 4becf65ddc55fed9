/** The assignment endpoints in memory, in place of the network: leases, tokens and idempotency keys as the server keeps them. */
import type { Answer, Assignment, ServerDraft } from '@/api/assignments'
import type { Guideline } from '@/api/guidelines'
import { vi } from 'vitest'

interface Stored {
  assignment: number
  answer: Answer
}

/** No guideline, so that nothing is asked about it. */
const NO_GUIDELINE: Guideline = {
  category: { id: 5, path: ['写作', '公文'] },
  version: null,
  text: '',
  inherited_from: null,
  versions: [],
  previous: null,
  read: true,
}

export class FakeServer {
  readonly stored: Stored[] = []
  readonly skipped: { assignment: number; reason: string }[] = []
  readonly submissions: Answer[] = []
  readonly withdrawn: number[] = []
  private readonly takenBack = new Map<number, Answer>()
  /** Drafts by assignment, and how often one was saved */
  readonly drafts = new Map<number, ServerDraft>()
  draftSaves = 0
  /** Answers draft saves with this refusal */
  draftRefusal: { status: number; code: string } | null = null
  claims = 0
  renewals = 0
  online = true
  /** Answers submissions with this refusal instead of storing them */
  refusal: { status: number; code: string } | null = null
  guideline: Guideline = NO_GUIDELINE
  /** Why every task came back, and what its annotator had said of it */
  returned: Assignment['returned'] = null
  previous: Assignment['previous'] = null
  /** Why there is nothing, in place of the tasks */
  none: { why_none: string; why_details: object } | null = null
  /** After storing the next submission, the answer gets lost on its way */
  loseNextAnswer = false
  /** How long the answers to claims and to submissions are on their way, in milliseconds */
  delays = { claim: 0, submit: 0 }
  /** How many tasks, from the first, are held; the others are open */
  private held = 0
  private readonly tasks: { id: number; token: number }[]

  constructor(count: number) {
    this.tasks = Array.from({ length: count }, (_, i) => ({ id: i + 1, token: 1 }))
    vi.stubGlobal('fetch', (call: Request) => this.answer(call))
  }

  /** Gives every open task to somebody else. */
  takeAll(): void {
    this.tasks.length = 0
    this.held = 0
  }

  /** Ends every lease, so that the next claim grants new ones. */
  expireLeases(): void {
    for (const task of this.tasks) task.token += 1
  }

  private assignment({ id, token }: { id: number; token: number }): Assignment {
    return {
      id,
      token,
      lease_expires_at: new Date(Date.now() + 30 * 60_000).toISOString(),
      project: 1,
      category: { id: 5, path: ['写作', '公文'] },
      prompt: { number: 1000 + id, text: `提示 ${id}`, system: '' },
      responses: this.texts(id, token).map((text, i) => ({ id: i + 1, text, masks: [] })),
      guideline_version: this.guideline.version,
      returned: this.returned,
      previous: this.takenBack.get(id) ?? this.previous,
      draft: this.drafts.get(id) ?? null,
    }
  }

  /** Another lease shows the same responses in another order, each named by its place. */
  private texts(id: number, token: number): string[] {
    const texts = ['甲', '乙', '丙'].map((text) => `${text}答 ${id}`)
    return [...texts.slice(token - 1), ...texts.slice(0, token - 1)]
  }

  private async answer(call: Request): Promise<Response> {
    if (!this.online) throw new TypeError('Failed to fetch')
    const body = JSON.parse((await call.text()) || '{}') as Answer & Omit<ServerDraft, 'saved_at'> & { count: number; reason: string }
    const [, id, verb] = /assignments\/(?:(\d+)\/)?(\w+)$/.exec(call.url) ?? []
    if (call.url.endsWith('/guideline/read')) return this.confirm()
    if (call.url.endsWith('/guideline')) return this.json(200, this.guideline)
    if (verb === 'claim') return this.late(this.delays.claim, this.json(200, this.claim(body.count)))
    if (verb === 'submit') return this.late(this.delays.submit, this.submit(Number(id), body))
    if (verb === 'draft') return call.method === 'PUT' ? this.saveDraft(Number(id), body) : this.draft(Number(id))
    if (verb === 'withdraw') return this.withdraw(Number(id))
    if (verb === 'skip') return this.skip(Number(id), body.reason)
    if (verb === 'renew') {
      this.renewals += 1
      const current = this.tasks.find((task) => task.id === Number(id))
      if (current?.token !== body.token) return this.json(409, { code: 'lease_expired', message: '' })
      return this.json(200, { lease_expires_at: new Date(Date.now() + 30 * 60_000).toISOString() })
    }
    return this.json(404, { code: 'not_found', message: '' })
  }

  private confirm(): Promise<Response> {
    this.guideline = { ...this.guideline, read: true, previous: null }
    return Promise.resolve(new Response(null, { status: 204 }))
  }

  private claim(count: number) {
    this.claims += 1
    this.held = Math.min(this.tasks.length, Math.max(this.held, count))
    const assignments = this.tasks.slice(0, this.held).map((task) => this.assignment(task))
    const standing = { today: this.stored.length, daily_target: 40, fault_kinds: [] }
    if (this.none) return { assignments: [], ...this.none, ...standing }
    const why_none = assignments.length > 0 ? null : 'all_leased'
    return { assignments, why_none, why_details: {}, ...standing }
  }

  private submit(id: number, answer: Answer): Promise<Response> {
    this.submissions.push(answer)
    if (this.refusal) return this.json(this.refusal.status, { code: this.refusal.code, message: '被拒绝' })
    const before = this.stored.find((item) => item.answer.idempotency_key === answer.idempotency_key)
    if (!before) {
      this.stored.push({ assignment: id, answer })
      this.drafts.delete(id)
      this.end(id)
    }
    if (this.loseNextAnswer) {
      this.loseNextAnswer = false
      return Promise.reject(new TypeError('Failed to fetch'))
    }
    return this.json(before ? 200 : 201, { annotation: id, today: this.stored.length })
  }

  private draft(id: number): Promise<Response> {
    const draft = this.drafts.get(id)
    return draft ? this.json(200, draft) : this.json(404, { code: 'not_found', message: '' })
  }

  private saveDraft(id: number, { version, content }: Omit<ServerDraft, 'saved_at'>): Promise<Response> {
    if (this.draftRefusal) return this.json(this.draftRefusal.status, { code: this.draftRefusal.code, message: '' })
    if ((this.drafts.get(id)?.version ?? 0) !== version) return this.json(409, { code: 'draft_newer', message: '' })
    const saved = { version: version + 1, content, saved_at: new Date().toISOString() }
    this.draftSaves += 1
    this.drafts.set(id, saved)
    return this.json(200, saved)
  }

  /** The task comes back in front, under a new token and with the answer that was given. */
  private withdraw(id: number): Promise<Response> {
    const at = this.stored.findIndex(({ assignment }) => assignment === id)
    const [taken] = at === -1 ? [] : this.stored.splice(at, 1)
    if (!taken) return this.json(409, { code: 'not_submitted', message: '' })
    this.withdrawn.push(id)
    this.takenBack.set(id, taken.answer)
    const task = { id, token: taken.answer.token + 1 }
    this.tasks.unshift(task)
    this.held += 1
    return this.json(200, { assignment: this.assignment(task) })
  }

  private skip(id: number, reason: string): Promise<Response> {
    this.skipped.push({ assignment: id, reason })
    this.end(id)
    return Promise.resolve(new Response(null, { status: 204 }))
  }

  /** A task leaves those that its annotator holds. */
  private end(id: number): void {
    this.tasks.splice(this.tasks.findIndex((task) => task.id === id), 1)
    this.held -= 1
  }

  private async late(delay: number, answer: Promise<Response>): Promise<Response> {
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
    return answer
  }

  private json(status: number, body: unknown): Promise<Response> {
    return Promise.resolve(new Response(JSON.stringify(body), { status }))
  }
}
