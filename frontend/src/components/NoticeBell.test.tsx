import type { Notice } from '@/api/notices'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NoticeBell } from './NoticeBell'

function notice(id: number, kind: Notice['kind'], data: Record<string, unknown>): Notice {
  return { id, kind, project: 1, prompt: 9, data, at: '2026-01-01T00:00:00Z', read: false, link: '/discussions/9' }
}

let rows: Notice[]
let sent: unknown[]

beforeEach(() => {
  sent = []
  rows = [
    notice(1, 'discussion_opened', { number: 9, differing: 3 }),
    notice(2, 'person_paused', { reason: '金标准确率低于要求' }),
    notice(3, 'person_paused', { person: 4, pseudonym: 'MG28', reason: '' }),
    notice(4, 'exam_result', { category: '数学', passed: false, accuracy: 0.5, retake_at: '2026-01-02T00:00:00Z' }),
  ]
  vi.stubGlobal('fetch', async (call: Request) => {
    if (call.method === 'POST') {
      const { ids } = JSON.parse(await call.text()) as { ids: number[] | null }
      sent.push(ids)
      rows = rows.map((row) => (ids === null || ids.includes(row.id) ? { ...row, read: true } : row))
      return new Response(null, { status: 204 })
    }
    const unread = rows.filter(({ read }) => !read).length
    return new Response(JSON.stringify({ results: rows, next: null, unread }))
  })
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <NoticeBell />
      </MemoryRouter>
    </QueryClientProvider>,
  )
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

async function open(): Promise<void> {
  await waitFor(() => expect(screen.getByTestId('notice-bell')).toHaveTextContent('4'))
  fireEvent.click(screen.getByTestId('notice-bell'))
  await screen.findByTestId('notice-1')
}

describe('the bell', () => {
  it('says what happened, to the person themselves and to those who lead them', async () => {
    await open()
    expect(screen.getByTestId('notice-1')).toHaveTextContent('#9 有 3 处分歧')
    expect(screen.getByTestId('notice-2')).toHaveTextContent('你的标注已被暂停')
    expect(screen.getByTestId('notice-2')).toHaveTextContent('理由：金标准确率低于要求')
    expect(screen.getByTestId('notice-3')).toHaveTextContent('MG28 已被暂停')
    expect(screen.getByTestId('notice-4')).toHaveTextContent('“数学”考试未通过，成绩 50.0%')
  })

  it('marks what is opened as read, and leads to it', async () => {
    await open()
    const link = screen.getByText(/3 处分歧/)
    expect(link).toHaveAttribute('href', '/discussions/9')
    fireEvent.click(link)
    await waitFor(() => expect(screen.getByTestId('notice-bell')).toHaveTextContent('3'))
    expect(sent).toEqual([[1]])
  })

  it('marks all as read at once', async () => {
    await open()
    fireEvent.click(screen.getByTestId('notices-read-all'))
    await waitFor(() => expect(screen.getByTestId('notice-bell')).toHaveAttribute('data-unread', '0'))
    expect(sent).toEqual([null])
  })
})
