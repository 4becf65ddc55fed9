import { sessionQuery, type Session } from '@/api/session'
import { FakeServer } from '@/test/fakeServer'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import WorkbenchPage from './WorkbenchPage'

const session: Session = {
  user: { id: 7, username: 'lin', name: '林', language: 'zh-hans', is_staff: false },
  memberships: [{ project: 1, project_name: '项目', roles: ['annotator'] }],
}

let server: FakeServer

beforeEach(() => {
  localStorage.clear()
  server = new FakeServer(2)
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function open(): void {
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
}

describe('without a task the page says why', () => {
  it.each([
    ['not_qualified', { categories: ['数学', '代码'] }, '先通过考试', '类别：数学、代码'],
    ['limit_reached', { limit: 40 }, '今天的上限已到', '上限：每天 40 条'],
    ['category_limit_reached', { limit: 9, categories: ['数学'] }, '今天的上限已到', '类别：数学'],
    ['paused', { reason: '金标准确率低于要求' }, '你的标注已被暂停', '原因：金标准确率低于要求'],
    ['project_paused', { reason: '改指南' }, '项目已暂停', '原因：改指南'],
    ['category_paused', { categories: ['写作'] }, '类别已暂停', '类别：写作'],
  ])('%s', async (why_none, why_details, title, detail) => {
    server.none = { why_none, why_details }
    open()
    const told = await screen.findByTestId('empty-state')
    expect(told).toHaveTextContent(title)
    expect(told).toHaveTextContent(detail)
    expect(screen.queryByTestId('to-exams') !== null).toBe(why_none === 'not_qualified')
  })
})

describe('a returned task', () => {
  const spans = [{ response: 2, start: 0, end: 2, text: '乙答' }]

  it('shows why and where, and starts from what its own author had said', async () => {
    server.returned = { reason: '乙有事实错误', spans }
    const remarks = { discarded: [], none_acceptable: false, notes: '', evidence: [], faults: [], seconds: 30 }
    server.previous = { ...remarks, scores: { 1: 3, 2: 5, 3: 1 }, order: [[2], [1], [3]] }
    open()
    expect(await screen.findByTestId('returned-reason')).toHaveTextContent('乙有事实错误')
    expect(screen.getByTestId('returned-span')).toHaveTextContent('乙答')
    expect(screen.getByTestId('order').dataset.order).toBe('B > A > C')
    expect(screen.getByTestId('draft-state')).toBeEmptyDOMElement()
  })

  it('of somebody else starts from nothing', async () => {
    server.returned = { reason: '乙有事实错误', spans }
    open()
    expect(await screen.findByTestId('returned')).toHaveTextContent('由别人完成')
    expect(screen.getByTestId('order').dataset.order).toBe('')
  })
})

describe('a guideline that changed', () => {
  it('is told until it is confirmed, with what became of the text', async () => {
    const version = (number: number, note: string) => ({ version: number, at: '2026-01-01T00:00:00Z', note })
    server.guideline = {
      ...server.guideline,
      version: 3,
      text: '正确者优先。',
      versions: [version(3, '按裁定修订'), version(2, '')],
      previous: { version: 2, text: '详细者优先。' },
      read: false,
    }
    open()
    expect(await screen.findByTestId('guideline-changed')).toHaveTextContent('第 3 版，你上次确认的是第 2 版')
    fireEvent.click(screen.getByTestId('guideline-show-change'))
    expect(screen.getByTestId('guideline-change')).toHaveTextContent('按裁定修订')
    expect(screen.getByTestId('text-change').querySelector('del')).toHaveTextContent('详细')
    expect(screen.getByTestId('text-change').querySelector('ins')).toHaveTextContent('正确')
    fireEvent.click(screen.getByTestId('guideline-read'))
    await waitFor(() => expect(screen.queryByTestId('guideline-changed')).toBeNull())
  })
})

describe('work handed in while paused', () => {
  it('is refused with the reason to keep calm: the draft stays', async () => {
    open()
    await screen.findByTestId('task')
    for (const key of ['5', '4', '3']) fireEvent.keyDown(document.activeElement ?? document.body, { key, code: `Digit${key}` })
    server.refusal = { status: 403, code: 'paused' }
    fireEvent.keyDown(document.body, { code: 'Enter', key: 'Enter', ctrlKey: true })
    expect(await screen.findByTestId('notice-refused')).toHaveTextContent('你的标注已被暂停。草稿保存在本机')
    expect(localStorage.getItem('cheems.draft.7.1')).not.toBeNull()
  })
})
