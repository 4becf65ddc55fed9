import type { Assignment } from '@/api/assignments'
import { workAtRisk } from '@/lib/unsaved'
import { FakeServer } from '@/test/fakeServer'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Content } from './content'
import { freshDraft, keptDraft, startOf } from './drafts'
import { closeDraft, DraftSync, flushDrafts } from './draftSync'

const task: Assignment = {
  id: 1,
  token: 1,
  lease_expires_at: '2026-01-01T00:00:00Z',
  project: 1,
  category: { id: 5, path: [] },
  prompt: { number: 1, text: '提示', system: '' },
  responses: ['甲', '乙', '丙'].map((text, i) => ({ id: i + 1, text, masks: [] })),
  guideline_version: null,
  returned: null,
  previous: null,
  draft: null,
}

const noted = (notes: string): Content => ({ ...freshDraft(task), notes })
const notesOf = (stored: unknown) => (stored as { notes: string } | undefined)?.notes

let server: FakeServer
let sync: DraftSync
let stop: () => void

function open(assignment: Assignment = task): void {
  sync = new DraftSync(7, assignment, startOf(7, assignment))
  stop = sync.start()
}

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
  server = new FakeServer(1)
  open()
})

afterEach(async () => {
  closeDraft(7, task.id)
  stop()
  await vi.advanceTimersByTimeAsync(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const onServer = () => notesOf(server.drafts.get(1)?.content)

describe('a change', () => {
  it('is in the browser at once, and on the server when typing rests', async () => {
    sync.note(noted('一'), 1)
    expect(keptDraft(7, 1)?.stored.notes).toBe('一')
    await vi.advanceTimersByTimeAsync(700)
    sync.note(noted('一二'), 2)
    await vi.advanceTimersByTimeAsync(700)
    expect([server.draftSaves, sync.snapshot().server]).toEqual([0, 'saving'])
    await vi.advanceTimersByTimeAsync(200)
    expect([server.draftSaves, onServer(), sync.snapshot().server]).toEqual([1, '一二', 'saved'])
    expect(keptDraft(7, 1)).toMatchObject({ version: 1, dirty: false })
  })

  it('does not wait for the end of long typing', async () => {
    for (let i = 1; i <= 40; i += 1) {
      sync.note(noted('字'.repeat(i)), i)
      await vi.advanceTimersByTimeAsync(300)
    }
    expect(server.draftSaves).toBe(2)
  })

  it('goes out at once where the task leaves the page, and nothing goes out without one', async () => {
    await flushDrafts()
    expect(server.draftSaves).toBe(0)
    sync.note(noted('一'), 1)
    stop()
    await vi.advanceTimersByTimeAsync(0)
    expect(onServer()).toBe('一')
  })

  it('of a task that was handed in is not sent any more', async () => {
    sync.note(noted('一'), 1)
    closeDraft(7, 1)
    stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server.draftSaves).toBe(0)
  })

  it('is tried again until the server is back', async () => {
    server.online = false
    sync.note(noted('一'), 1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(sync.snapshot().server).toBe('waiting')
    server.online = true
    await vi.advanceTimersByTimeAsync(4000)
    expect([onServer(), sync.snapshot().server]).toEqual(['一', 'saved'])
    server.online = false
    sync.note(noted('二'), 2)
    await vi.advanceTimersByTimeAsync(1000)
    server.online = true
    window.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(onServer()).toBe('二')
  })

  it('that failed as its task left the page is tried again when the task is back', async () => {
    server.online = false
    sync.note(noted('一'), 1)
    stop()
    await vi.advanceTimersByTimeAsync(0)
    server.online = true
    stop = sync.start()
    await vi.advanceTimersByTimeAsync(1000)
    expect([onServer(), sync.snapshot().server]).toEqual(['一', 'saved'])
  })

  it('stays in the browser where the server refuses it for good', async () => {
    server.draftRefusal = { status: 400, code: 'draft_too_large' }
    sync.note(noted('一'), 1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(sync.snapshot()).toMatchObject({ server: 'refused', kept: true })
    expect(keptDraft(7, 1)?.dirty).toBe(true)
  })

  it('is at risk only while neither the browser nor the server has it', async () => {
    const room = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    server.online = false
    sync.note(noted('一'), 1)
    await vi.advanceTimersByTimeAsync(1000)
    expect([sync.snapshot().kept, workAtRisk()]).toEqual([false, true])
    server.online = true
    window.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect([onServer(), workAtRisk()]).toEqual(['一', false])
    room.mockRestore()
  })
})

describe('a draft saved elsewhere meanwhile', () => {
  /** Another browser saves on top of what is there. */
  function elsewhere(notes: string): void {
    const stored = { ...keptDraft(7, 1)?.stored, writer: 'there', notes }
    const version = (server.drafts.get(1)?.version ?? 0) + 1
    server.drafts.set(1, { version, content: stored, saved_at: '2026-01-01T10:00:00Z' })
  }

  beforeEach(async () => {
    sync.note(noted('一'), 1)
    await flushDrafts()
    elsewhere('那里')
    sync.note(noted('这里'), 2)
    await vi.advanceTimersByTimeAsync(1000)
  })

  it('is offered, and neither is overwritten before the choice', async () => {
    expect(sync.snapshot().other).toMatchObject({ stored: { notes: '那里' }, savedAt: Date.parse('2026-01-01T10:00:00Z') })
    sync.note(noted('这里又改'), 3)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(onServer()).toBe('那里')
    expect(keptDraft(7, 1)?.stored.notes).toBe('这里又改')
  })

  it('is overwritten once this one was chosen', async () => {
    sync.keepThis()
    await vi.advanceTimersByTimeAsync(1000)
    expect([onServer(), sync.snapshot().other]).toEqual(['这里', null])
  })

  it('is what goes on once the other one was chosen', async () => {
    const other = sync.takeOther()
    expect(other?.notes).toBe('那里')
    if (other) sync.note(other, 4)
    await vi.advanceTimersByTimeAsync(1000)
    expect([onServer(), sync.snapshot().server]).toEqual(['那里', 'saved'])
  })
})

it('a save whose answer was lost is no other draft', async () => {
  sync.note(noted('一'), 1)
  await flushDrafts()
  // The server took it twice as far as it knows: this browser did not hear of the second time.
  server.drafts.set(1, { version: 2, content: keptDraft(7, 1)?.stored, saved_at: '2026-01-01T10:00:00Z' })
  sync.note(noted('二'), 2)
  await flushDrafts()
  expect([onServer(), sync.snapshot().other]).toEqual(['二', null])
})

it('a draft for which the browser lost to the server is kept beside it until the choice', async () => {
  sync.note(noted('这里'), 1)
  closeDraft(7, 1)
  stop()
  const stored = { ...keptDraft(7, 1)?.stored, writer: 'there', notes: '那里' }
  const saved = { version: 4, content: stored, saved_at: new Date(Date.now() + 60_000).toISOString() }
  server.drafts.set(1, saved)
  open({ ...task, draft: saved })
  sync.note(noted('那里再改'), 2)
  await flushDrafts()
  expect(onServer()).toBe('那里再改')
  expect(startOf(7, { ...task, draft: server.drafts.get(1) ?? null }).other?.stored.notes).toBe('这里')
  expect(sync.takeOther()?.notes).toBe('这里')
})
