import { sessionQuery, type Session } from '@/api/session'
import { watchBuild } from '@/lib/newBuild'
import { FakeServer } from '@/test/fakeServer'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import WorkbenchPage from './WorkbenchPage'

const session: Session = {
  user: { id: 7, username: 'lin', name: '林', language: 'zh-hans', is_staff: false },
  memberships: [{ project: 1, project_name: '项目', roles: ['annotator'] }],
}

async function open(): Promise<void> {
  const client = new QueryClient()
  client.setQueryData(sessionQuery.queryKey, session)
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={['/p/1/annotate']}>
        <Routes>
          <Route path="/p/:project/annotate" element={<WorkbenchPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )
  await screen.findByTestId('task')
}

/** Presses keys where the focus is: digits and letters by name, "submit" for Ctrl+Enter. */
function press(...keys: string[]): void {
  for (const key of keys) {
    const init = key === 'submit' ? { code: 'Enter', key: 'Enter', ctrlKey: true } : { key, code: codeOf(key) }
    fireEvent.keyDown(document.activeElement ?? document.body, init)
  }
}

const codeOf = (key: string) => (/\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`)
const order = () => screen.getByTestId('order').dataset.order
const taskAtHand = () => Number(screen.getByTestId('task').dataset.assignment)

beforeEach(() => localStorage.clear())

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('a task by keyboard', () => {
  it('takes three digits and the submit key, and stores just what is on the page', async () => {
    const server = new FakeServer(3)
    await open()
    press('2', '5', '3')
    expect(order()).toBe('B > C > A')
    press('submit')
    await waitFor(() => expect(server.stored).toHaveLength(1))
    const { assignment, answer } = server.stored[0] ?? {}
    expect(assignment).toBe(1)
    expect(answer).toMatchObject({
      token: 1,
      scores: { 1: 2, 2: 5, 3: 3 },
      order: [[2], [3], [1]],
      discarded: [],
      notes: '',
    })
  })

  it('asks equal scores, and stores the tie as one tier', async () => {
    const server = new FakeServer(2)
    await open()
    press('3', '3', '4')
    expect(screen.getByTestId('question').dataset.pair).toBe('AB')
    press('s', 'submit')
    await waitFor(() => expect(server.stored[0]?.answer.order).toEqual([[3], [1, 2]]))
  })

  it('is not submitted while something is missing, and says what', async () => {
    const server = new FakeServer(2)
    await open()
    press('3', 'submit')
    expect(screen.getByTestId('problem')).toHaveTextContent('还没有打分：B C')
    press('3', '1', 'submit')
    expect(screen.getByTestId('problem')).toHaveTextContent('还有 1 对同分回答没有比较')
    expect(server.submissions).toEqual([])
  })

  it('marks garbage with x, scored 0; where there was no score yet, the mark is one and moves on', async () => {
    const server = new FakeServer(2)
    await open()
    press('x', '4', '5')
    expect(order()).toBe('C > B > A')
    fireEvent.focus(screen.getByTestId('response-B'))
    press('x')
    expect(screen.getByTestId('score-B-0')).toHaveAttribute('aria-pressed', 'true')
    press('s', 'submit')
    await waitFor(() => expect(server.stored[0]?.answer).toMatchObject({ discarded: [1, 2], order: [[3], [1, 2]] }))
  })

  it('keeps letters typed into the notes out of the ordering', async () => {
    const server = new FakeServer(2)
    await open()
    press('5', '4', '3')
    const notes = screen.getByTestId('notes')
    notes.focus()
    press('x', '0', 'g')
    fireEvent.change(notes, { target: { value: '已查证' } })
    expect(order()).toBe('A > B > C')
    press('submit')
    await waitFor(() => expect(server.stored[0]?.answer.notes).toBe('已查证'))
  })
})

describe('the next task', () => {
  it('is on the page at once, before the server has answered', async () => {
    new FakeServer(3)
    await open()
    press('5', '4', '3', 'submit')
    expect(taskAtHand()).toBe(2)
    expect(order()).toBe('')
  })

  it('follows until none is left, and then the page says why', async () => {
    const server = new FakeServer(2)
    await open()
    press('5', '4', '3', 'submit')
    await waitFor(() => expect(server.stored).toHaveLength(1))
    press('5', '4', '3', 'submit')
    await waitFor(() => expect(screen.getByTestId('empty-state')).toHaveTextContent('剩下的任务正在别人手中'))
    expect(server.stored.map(({ assignment }) => assignment)).toEqual([1, 2])
  })

  it('comes after a skip with its reason', async () => {
    const server = new FakeServer(2)
    await open()
    press('k')
    fireEvent.click(await screen.findByTestId('skip-too_long'))
    fireEvent.click(document.querySelector('.skip-confirm') as Element)
    await waitFor(() => expect(taskAtHand()).toBe(2))
    expect(server.skipped).toEqual([{ assignment: 1, reason: 'too_long' }])
  })
})

describe('work is never lost', () => {
  it('a draft is back after a reload', async () => {
    new FakeServer(2)
    await open()
    press('3', '3', '1', 'b')
    fireEvent.change(screen.getByTestId('notes'), { target: { value: '半途' } })
    cleanup()
    await open()
    expect(order()).toBe('B > A > C')
    expect(screen.getByTestId('notes')).toHaveValue('半途')
  })

  it('a lost network is said, and the same answer goes out once when it returns', async () => {
    const server = new FakeServer(3)
    await open()
    server.online = false
    press('5', '4', '3', 'submit')
    await screen.findByTestId('notice-unsent')
    expect(taskAtHand()).toBe(2)
    server.online = true
    act(() => void window.dispatchEvent(new Event('online')))
    await waitFor(() => expect(server.stored).toHaveLength(1))
    await waitFor(() => expect(screen.queryByTestId('notice-unsent')).toBeNull())
  })

  it('a lost answer is asked for again under the same key and stored once', async () => {
    const server = new FakeServer(3)
    await open()
    server.loseNextAnswer = true
    press('5', '4', '3', 'submit')
    fireEvent.click(await screen.findByTestId('retry'))
    await waitFor(() => expect(server.submissions).toHaveLength(2))
    expect(new Set(server.submissions.map((answer) => answer.idempotency_key)).size).toBe(1)
    expect(server.stored).toHaveLength(1)
  })

  it('an unsent answer survives a reload and does not come back as work', async () => {
    const server = new FakeServer(3)
    await open()
    server.online = false
    press('5', '4', '3', 'submit')
    await screen.findByTestId('notice-unsent')
    cleanup()
    server.online = true
    await open()
    await waitFor(() => expect(server.stored.map(({ assignment }) => assignment)).toEqual([1]))
    expect(taskAtHand()).toBe(2)
  })

  it('an expired lease is told, and the draft is on the page when the task comes again', async () => {
    const server = new FakeServer(1)
    await open()
    server.refusal = { status: 409, code: 'lease_expired' }
    press('2', '2', '5', 'g')
    server.expireLeases()
    press('submit')
    expect(await screen.findByTestId('notice-refused')).toHaveTextContent('占用时间已过')
    // The new lease shows 乙, 丙, 甲: the same order of the same texts, under other letters and ids.
    await waitFor(() => expect(order()).toBe('B > C > A'))
    server.refusal = null
    press('submit')
    await waitFor(() => expect(server.stored[0]?.answer).toMatchObject({ token: 2, order: [[2], [3], [1]] }))
    expect(screen.queryByTestId('notice-refused')).toBeNull()
  })
})

describe('undo and redo', () => {
  const control = (shiftKey = false) =>
    fireEvent.keyDown(document.activeElement ?? document.body, { code: 'KeyZ', key: 'z', ctrlKey: true, shiftKey })

  it('go back and forth step by step, with the focus', async () => {
    new FakeServer(2)
    await open()
    press('5', '3', '4')
    expect(order()).toBe('A > C > B')
    control()
    control()
    expect(order()).toBe('A')
    expect(screen.getByTestId('response-B')).toHaveFocus()
    control(true)
    expect(order()).toBe('A > B')
    expect(screen.getByTestId('response-C')).toHaveFocus()
    press('1')
    control(true)
    expect(order()).toBe('A > B > C')
  })

  it('are saved like any change', async () => {
    new FakeServer(2)
    await open()
    press('5', '3')
    control()
    cleanup()
    await open()
    expect(order()).toBe('A')
  })
})

describe('the draft', () => {
  it('is on the server soon, and comes back in a browser that knows nothing of it', async () => {
    const server = new FakeServer(2)
    await open()
    press('5', '3', '4')
    expect(screen.getByTestId('draft-state')).toHaveTextContent('正在保存')
    await waitFor(() => expect(screen.getByTestId('draft-state')).toHaveTextContent('已保存'))
    expect(server.drafts.size).toBe(1)
    cleanup()
    localStorage.clear()
    await open()
    expect(order()).toBe('A > C > B')
  })

  it('says where it is while the server is away', async () => {
    const server = new FakeServer(2)
    await open()
    server.online = false
    press('5')
    await waitFor(() => expect(screen.getByTestId('draft-state')).toHaveTextContent('仅保存在本机，等待网络'))
    expect(screen.getByTestId('notice-offline')).toHaveTextContent('网络已断开')
    server.online = true
    act(() => void window.dispatchEvent(new Event('online')))
    await waitFor(() => expect(screen.getByTestId('draft-state')).toHaveTextContent('已保存'))
    expect(screen.queryByTestId('notice-offline')).toBeNull()
  })

  it('that was changed in another browser is chosen by a key, and undo has the first one back', async () => {
    const server = new FakeServer(2)
    await open()
    press('5', '3', '4')
    await waitFor(() => expect(server.draftSaves).toBe(1))
    const saved = server.drafts.get(1)
    const content = { ...(saved?.content as object), writer: 'there', notes: '那边写的' }
    server.drafts.set(1, { version: 2, content, saved_at: '2026-01-01T10:00:00Z' })
    fireEvent.change(screen.getByTestId('notes'), { target: { value: '这边写的' } })
    expect(await screen.findByTestId('draft-choice')).toHaveTextContent('选定之前两份都保留')
    fireEvent.keyDown(screen.getByTestId('response-A'), { code: 'Period', key: '.' })
    expect(screen.getByTestId('notes')).toHaveValue('那边写的')
    expect(screen.queryByTestId('draft-choice')).toBeNull()
    fireEvent.keyDown(screen.getByTestId('response-A'), { code: 'KeyZ', key: 'z', ctrlKey: true })
    expect(screen.getByTestId('notes')).toHaveValue('这边写的')
  })
})

describe('another tab', () => {
  it('is told to be the live one; Enter goes on here', async () => {
    const server = new FakeServer(2)
    localStorage.setItem('cheems.tab.7.1', `other ${Date.now()}`)
    const opened = open()
    expect(await screen.findByTestId('other-tab')).toHaveTextContent('另一个标签页')
    expect(server.claims).toBe(0)
    expect(screen.getByTestId('take-over')).toHaveFocus()
    fireEvent.click(screen.getByTestId('take-over'))
    await opened
    expect(taskAtHand()).toBe(1)
  })
})

describe('after a deploy', () => {
  it('a part that is gone is told, and the draft is saved', async () => {
    const server = new FakeServer(2)
    watchBuild()
    await open()
    press('5', '3')
    act(() => void window.dispatchEvent(new Event('vite:preloadError')))
    expect(await screen.findByTestId('notice-renewed')).toHaveTextContent('网站已更新')
    await waitFor(() => expect(server.draftSaves).toBe(1))
  })
})
