import type { Assignment, ServerDraft } from '@/api/assignments'
import { decide, orderText, setScore } from '@/lib/ordering'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { dropDraft, freshDraft, holdsUnsent, keepDraft, keptDraft, startOf, textsOf, type Draft, type Kept } from './drafts'

/** A lease that shows these texts, each named by its place. */
function lease(token: number, texts: string[], previous: Assignment['previous'] = null): Assignment {
  return {
    // The largest handle that there is.
    id: 2 ** 52 - 1,
    token,
    lease_expires_at: '2026-01-01T00:00:00Z',
    project: 1,
    category: { id: 5, path: [] },
    prompt: { number: 1, text: '提示', system: '' },
    responses: texts.map((text, i) => ({ id: i + 1, text, masks: [] })),
    guideline_version: null,
    returned: null,
    previous,
    draft: null,
  }
}

/** What this browser keeps of a draft made at `at`. */
function kept(assignment: Assignment, draft: Draft, state: Partial<Kept> = {}, at = 1000): Kept {
  const stored = { ...draft, texts: textsOf(assignment), writer: 'here', at }
  return { stored, version: 0, dirty: false, other: null, ...state }
}

const saveDraft = (user: number, assignment: Assignment, draft: Draft) => keepDraft(user, assignment.id, kept(assignment, draft))

function loadDraft(user: number, assignment: Assignment): Draft | null {
  const { draft, restored } = startOf(user, assignment)
  return restored ? draft : null
}

/** The draft's order by the texts that it is about. */
function said(assignment: Assignment): string | null {
  const draft = loadDraft(7, assignment)
  return draft && orderText(draft.ordering, (id) => assignment.responses[id - 1]?.text ?? '?')
}

beforeEach(() => {
  localStorage.clear()
  const first = lease(1, ['甲', '乙', '丙'])
  let { ordering } = freshDraft(first)
  for (const [id, score] of [[1, 3], [2, 3], [3, 5]] as const) ordering = setScore(ordering, id, score)
  saveDraft(7, first, { ...freshDraft(first), ordering: decide(ordering, 'second'), notes: '已查证', seconds: 12 })
})

describe('a draft', () => {
  it('is back under its own lease', () => {
    expect(said(lease(1, ['甲', '乙', '丙']))).toBe('丙 > 乙 > 甲')
    expect(loadDraft(7, lease(1, ['甲', '乙', '丙']))).toMatchObject({ notes: '已查证', seconds: 12 })
  })

  it('goes by the texts where another lease shows them in other places', () => {
    expect(said(lease(2, ['乙', '丙', '甲']))).toBe('丙 > 乙 > 甲')
    expect(loadDraft(7, lease(2, ['乙', '丙', '甲']))?.ordering.scores).toEqual({ 1: 3, 2: 5, 3: 3 })
  })

  it('keeps equal texts apart', () => {
    const twice = lease(1, ['同', '同', '异'])
    saveDraft(7, twice, { ...freshDraft(twice), ordering: setScore(freshDraft(twice).ordering, 2, 4) })
    const again = loadDraft(7, lease(2, ['异', '同', '同']))
    expect(Object.values(again?.ordering.scores ?? {})).toEqual([4])
    expect(again?.ordering.scores[1]).toBeUndefined()
  })

  it('of other texts, another person or an older version is none', () => {
    expect(loadDraft(7, lease(1, ['甲', '乙', '丁']))).toBeNull()
    expect(loadDraft(7, lease(1, ['甲', '乙']))).toBeNull()
    expect(loadDraft(8, lease(1, ['甲', '乙', '丙']))).toBeNull()
    localStorage.setItem(`cheems.draft.7.${2 ** 52 - 1}`, JSON.stringify({ token: 1, ordering: {}, notes: '' }))
    expect(loadDraft(7, lease(1, ['甲', '乙', '丙']))).toBeNull()
  })
})

describe('a task that one did before', () => {
  const remarks = { discarded: [], none_acceptable: true, notes: '再看', evidence: [], faults: [], seconds: 30 }
  const previous = { ...remarks, scores: { '1': 4, '2': 2, '3': 4 }, order: [[3], [1], [2]] }

  it('starts from what its own author had said', () => {
    const { ordering, notes, noneAcceptable } = freshDraft(lease(3, ['甲', '乙', '丙'], previous))
    expect([notes, noneAcceptable]).toEqual(['再看', true])
    expect(orderText(ordering, (id) => ['甲', '乙', '丙'][id - 1] ?? '?')).toBe('丙 > 甲 > 乙')
  })

  it('starts from ties where they were said, and from nothing for anybody else', () => {
    const tied = { ...remarks, scores: { '1': 4, '2': 2, '3': 4 }, order: [[1, 3], [2]] }
    const { ordering } = freshDraft(lease(3, ['甲', '乙', '丙'], tied))
    expect(orderText(ordering, String)).toBe('1 = 3 > 2')
    const other = freshDraft(lease(3, ['甲', '乙', '丙']))
    expect(orderText(other.ordering, String)).toBe('')
  })
})

describe('of a draft here and one on the server', () => {
  const task = lease(1, ['甲', '乙', '丙'])
  const noted = (notes: string) => ({ ...freshDraft(task), notes })

  /** The server's draft, saved by `writer` at `at`, with `notes`. */
  function onServer(version: number, writer: string, at: number, notes: string): ServerDraft {
    const content = { ...kept(task, noted(notes), {}, at).stored, writer }
    return { version, content, saved_at: new Date(at).toISOString() }
  }

  function start(here: Partial<Kept> & { at?: number } | null, server: ServerDraft | null) {
    if (here) keepDraft(7, task.id, kept(task, noted('这里'), here, here.at))
    else dropDraft(7, task.id)
    return startOf(7, { ...task, draft: server })
  }

  it('the only one counts', () => {
    expect(start(null, onServer(3, 'there', 1000, '那里'))).toMatchObject({ draft: { notes: '那里' }, version: 3, dirty: false })
    expect(start({ dirty: true }, null)).toMatchObject({ draft: { notes: '这里' }, version: 0, dirty: true })
  })

  it('the one with changes on top of the other counts', () => {
    const server = onServer(3, 'there', 9000, '那里')
    expect(start({ version: 3, dirty: true }, server)).toMatchObject({ draft: { notes: '这里' }, version: 3, dirty: true })
    expect(start({ version: 2, dirty: false }, server)).toMatchObject({ draft: { notes: '那里' }, version: 3, dirty: false })
  })

  it('the later one of this very browser counts, also where the answer to its save was lost', () => {
    const lost = onServer(3, 'here', 1000, '这里')
    expect(start({ version: 2, dirty: true, at: 1000 }, lost)).toMatchObject({ version: 3, dirty: false, other: null })
    expect(start({ version: 2, dirty: true, at: 1001 }, lost)).toMatchObject({ draft: { notes: '这里' }, version: 3, dirty: true })
    expect(start({ version: 2, dirty: true, at: 999 }, onServer(3, 'here', 1000, '后来'))).toMatchObject({ draft: { notes: '后来' } })
  })

  it('neither is dropped where both hold something of their own', () => {
    const older = start({ version: 2, dirty: true, at: 5000 }, onServer(3, 'there', 9000, '那里'))
    expect(older).toMatchObject({ draft: { notes: '那里' }, version: 3, other: { stored: { notes: '这里' }, version: null } })
    const newer = start({ version: 2, dirty: true, at: 9000 }, onServer(3, 'there', 5000, '那里'))
    expect(newer).toMatchObject({ draft: { notes: '这里' }, version: 2, other: { stored: { notes: '那里' }, version: 3 } })
  })

  it('nothing is asked where both say the same', () => {
    expect(start({ version: 2, dirty: true }, onServer(3, 'there', 9000, '这里'))).toMatchObject({ version: 3, other: null })
  })

  it('one that was handed in elsewhere gives way to the answer that came back', () => {
    const answered = { scores: { '1': 4, '2': 2, '3': 3 }, order: [[1], [3], [2]], discarded: [], none_acceptable: false }
    const previous = { ...answered, notes: '交过', evidence: [], faults: [], seconds: 30 }
    keepDraft(7, task.id, kept(task, noted('这里'), { version: 2, dirty: false }))
    expect(startOf(7, { ...task, previous }).draft.notes).toBe('交过')
    keepDraft(7, task.id, kept(task, noted('这里'), { version: 2, dirty: true }))
    expect(startOf(7, { ...task, previous }).draft.notes).toBe('这里')
  })
})

describe('a browser', () => {
  it('without room holds a draft for as long as the page is open, and says so', () => {
    const task = lease(1, ['甲', '乙', '丙'])
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    expect(keepDraft(9, task.id, kept(task, { ...freshDraft(task), notes: '只在页面' }))).toBe(false)
    expect(startOf(9, task).draft.notes).toBe('只在页面')
    dropDraft(9, task.id)
    expect(keptDraft(9, task.id)).toBeNull()
  })

  it('knows whether it holds anything that the server does not have', () => {
    const task = lease(1, ['甲', '乙', '丙'])
    localStorage.clear()
    localStorage.setItem('cheems.tab.7.1', 'x')
    keepDraft(7, task.id, kept(task, { ...freshDraft(task), notes: '"dirty":true' }))
    expect(holdsUnsent()).toBe(false)
    keepDraft(7, task.id, kept(task, freshDraft(task), { dirty: true }))
    expect(holdsUnsent()).toBe(true)
    localStorage.clear()
    localStorage.setItem('cheems.outbox.7.1.5', '{}')
    expect(holdsUnsent()).toBe(true)
  })
})
