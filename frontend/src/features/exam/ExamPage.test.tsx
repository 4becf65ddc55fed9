import type { Answer } from '@/api/assignments'
import type { Exam } from '@/api/exams'
import { sessionQuery, type Session } from '@/api/session'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import ExamPage from './ExamPage'

const session: Session = {
  user: { id: 7, username: 'lin', name: '林', language: 'zh-hans', is_staff: false },
  memberships: [],
}

let answers: Answer[]
let loseNext: boolean

/** An exam of two items as the server keeps it: one answer an item, the same key again gives the same feedback. */
function examNow(): Exam {
  const index = new Set(answers.map(({ idempotency_key }) => idempotency_key)).size
  const over = index >= 2
  const task = {
    id: 100 + index,
    token: 1,
    lease_expires_at: '2030-01-01T00:00:00Z',
    project: 1,
    category: { id: 5, path: ['数学'] },
    prompt: { number: index, text: `题 ${index}`, system: '' },
    responses: ['甲', '乙', '丙'].map((text, i) => ({ id: i + 1, text, masks: [] })),
    guideline_version: null,
    returned: null,
    previous: null,
    draft: null,
  }
  return {
    id: 3,
    project: 1,
    category: { id: 5, path: ['数学'] },
    state: over ? 'failed' : 'running',
    index,
    n_items: 2,
    accuracy: over ? 0.5 : null,
    mark: 0.8,
    task: over ? null : task,
  }
}

beforeEach(async () => {
  localStorage.clear()
  answers = []
  loseNext = false
  vi.stubGlobal('fetch', async (call: Request) => {
    if (call.method === 'GET') return new Response(JSON.stringify(examNow()))
    const answer = JSON.parse(await call.text()) as Answer
    answers.push(answer)
    if (loseNext) {
      loseNext = false
      throw new TypeError('Failed to fetch')
    }
    const feedback = { reference: [[2], [1, 3]], reason: '乙步骤完整', same: 1, comparisons: 3, order: answer.order }
    return new Response(JSON.stringify({ feedback, exam: examNow() }))
  })
  const client = new QueryClient()
  client.setQueryData(sessionQuery.queryKey, session)
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={['/exams/3']}>
        <Routes>
          <Route path="/exams/:id" element={<ExamPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )
  await screen.findByTestId('task')
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function submit(): void {
  fireEvent.keyDown(document.body, { code: 'Enter', key: 'Enter', ctrlKey: true })
}

function answer(): void {
  for (const key of ['5', '4', '3']) fireEvent.keyDown(document.activeElement ?? document.body, { key, code: `Digit${key}` })
  submit()
}

it('goes task by task, each with the reference and its reason, to the result', async () => {
  expect(screen.queryByTestId('skip')).toBeNull()
  expect(screen.getByTestId('exam-progress')).toHaveTextContent('第 1/2 题')
  answer()
  expect(await screen.findByTestId('exam-feedback')).toHaveTextContent('乙步骤完整')
  expect(screen.getByTestId('exam-reference')).toHaveTextContent('B>A=C')
  expect(screen.getByTestId('exam-own')).toHaveTextContent('A>B>C')
  fireEvent.click(screen.getByTestId('exam-next'))
  expect(screen.getByTestId('exam-progress')).toHaveTextContent('第 2/2 题')
  expect(localStorage.getItem('cheems.draft.7.100')).toBeNull()
  answer()
  fireEvent.click(await screen.findByTestId('exam-next'))
  expect(screen.getByTestId('exam-result')).toHaveTextContent('成绩 50.0%，及格线 80.0%')
})

it('sends an answer whose reply got lost again under its own key', async () => {
  loseNext = true
  answer()
  expect(await screen.findByTestId('failure')).toBeInTheDocument()
  submit()
  await screen.findByTestId('exam-feedback')
  await waitFor(() => expect(answers).toHaveLength(2))
  expect(new Set(answers.map(({ idempotency_key }) => idempotency_key)).size).toBe(1)
})
