import type { Review } from '@/api/reviews'
import { sessionQuery, type Session } from '@/api/session'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App } from 'antd'
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import ReviewsPage from './ReviewsPage'

const session: Session = {
  user: { id: 7, username: 'lin', name: '林', language: 'zh-hans', is_staff: false },
  memberships: [{ project: 1, project_name: '项目', roles: ['operations_reviewer'] }],
}
const category = { id: 5, path: ['写作'] }

function review(id: number): Review {
  const said = (pass: number, by: string) => ({ pass, by, verdict: 'a' as const, score_a: 4, score_b: 3, notes: '', seconds: 9 })
  const slot = (pass: number) => ({ task: 7, pass, response_ids: [1, 2], scores: { 1: 4, 2: 3 }, order: [[1], [2]], notes: '', seconds: 9 })
  return {
    review: id, stage: 'operations', state: id === closed ? 'approved' : 'waiting', round: 1, may_act: id !== closed, guideline: null, earlier: [],
    prompt: { number: id, text: '提示', system: '', category, agreement: 1, threshold: 0.9, measure: 'exact' },
    fault_kinds: [{ key: 'factual', zh: '事实错误', en: 'Factual error' }],
    remarks,
    responses: [1, 2].map((n) => ({ id: n, label: 'AB'[n - 1] ?? '', text: `第${n}个回答`, masks: [], discarded: false })),
    comparisons: [{ task: 7, response_a: 1, response_b: 2, same: true, verdicts: [said(1, '甲'), said(2, '乙')], decided: null }],
    slots: [slot(1), slot(2)],
    graph: { nodes: [1, 2], edges: [], merged: [], tiers: [[1], [2]] },
  }
}

/** What the passes said besides their order */
let remarks: Review['remarks']
let sent: { path: string; body: unknown }[]
let refusal: number | null
/** The review that is closed already */
let closed: number | null

async function answer(call: Request): Promise<Response> {
  const path = new URL(call.url).pathname
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
  if (call.method === 'POST') {
    sent.push({ path, body: JSON.parse(await call.text()) })
    return refusal ? json({ code: 'already_reviewed', message: '已审核', errors: [] }, refusal) : json({ state: 'approved' })
  }
  const id = /reviews\/(\d+)$/.exec(path)?.[1]
  if (id) return json(review(Number(id)))
  const rows = [61, 62, 63].map((row) => ({ review: row, stage: 'operations', category, excerpt: '提示', since: '2026-01-01T00:00:00Z', round: 1 }))
  return json(path.endsWith('/reviews') ? { results: rows, next: null, count: 3 } : { results: [], next: null })
}

async function open(search = '') {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData(sessionQuery.queryKey, session)
  render(
    <QueryClientProvider client={client}>
      <App>
        <MemoryRouter initialEntries={[`/p/1/reviews${search}`]}>
          <Routes>
            <Route path="/p/:project/reviews" element={<ReviewsPage />} />
          </Routes>
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  )
  await screen.findByTestId('review-61')
}

function press(...codes: string[]) {
  for (const code of codes) act(() => void fireEvent.keyDown(document.activeElement ?? document.body, { code, key: code }))
}

beforeEach(() => {
  localStorage.clear()
  sent = []
  remarks = []
  refusal = null
  closed = null
  vi.stubGlobal('fetch', (call: Request) => answer(call))
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('approves with one key and goes on, also past what somebody else has closed', async () => {
  await open()
  press('KeyA')
  await screen.findByTestId('review-62')
  refusal = 409
  press('KeyA')
  await screen.findByTestId('review-63')
  expect(sent.map(({ path }) => path)).toEqual(['/api/reviews/61/approve', '/api/reviews/62/approve'])
  expect(screen.getByTestId('review-count')).toHaveTextContent('1')
})

it('rejects exactly the annotations chosen, and never approves while that is under way', async () => {
  await open()
  press('KeyR', 'Digit2', 'KeyA')
  expect(screen.getByTestId('review-reject-confirm')).toBeDisabled()
  expect(screen.getByTestId('review-reject-slot-7-2')).toBeChecked()
  fireEvent.change(screen.getByTestId('review-reject-reason'), { target: { value: '分数偏高' } })
  fireEvent.click(screen.getByTestId('review-reject-confirm'))
  await screen.findByTestId('review-62')
  expect(sent).toEqual([
    {
      path: '/api/reviews/61/reject',
      body: { reason: '分数偏高', return_to: 'same', slots: [{ task: 7, pass: 2, reason: '', spans: [] }] },
    },
  ])
})

it('overrules a comparison with a verdict of its own', async () => {
  await open()
  press('KeyO', 'KeyS')
  fireEvent.change(screen.getByTestId('review-overrule-reason'), { target: { value: '两者相当' } })
  fireEvent.click(screen.getByTestId('review-overrule-confirm'))
  await screen.findByTestId('review-62')
  expect(sent).toEqual([
    {
      path: '/api/reviews/61/overrule',
      body: { verdicts: [{ task: 7, response_a: 1, response_b: 2, verdict: 'equal' }], reason: '两者相当', clause: '' },
    },
  ])
})

it('makes the review just closed a gold one, with the right outcome and why', async () => {
  await open()
  press('KeyA')
  await screen.findByTestId('review-62')
  fireEvent.click(screen.getByTestId('review-make-gold'))
  expect(screen.getByTestId('review-gold-confirm')).toBeDisabled()
  fireEvent.click(screen.getByTestId('review-gold-refuse'))
  fireEvent.change(screen.getByTestId('review-gold-reason'), { target: { value: '第二轮明显看反了' } })
  fireEvent.click(screen.getByTestId('review-gold-confirm'))
  await waitFor(() => expect(screen.queryByTestId('review-gold-confirm')).not.toBeInTheDocument())
  expect(sent.at(-1)).toEqual({ path: '/api/reviews/61/gold', body: { approve: false, reason: '第二轮明显看反了' } })
})

it('offers the same on a closed review that is opened by its address, and no verdict there', async () => {
  closed = 61
  await open('?review=61')
  expect(await screen.findByTestId('review-make-gold-here')).toBeInTheDocument()
  expect(screen.queryByTestId('review-approve')).not.toBeInTheDocument()
})

it('shows what each pass said besides its order, and goes to a fault in a text that is not at hand', async () => {
  const fault = { response: 2, start: 0, end: 3, kind: 'factual', severity: 'critical' as const, note: '年份不对', text: '第2个' }
  remarks = [
    { pass: 1, task: 7, responses: [1, 2], by: 'x', none_acceptable: false, faults: [fault], evidence: [{ url: 'javascript:alert(1)', note: '查过' }] },
    { pass: 2, task: 7, responses: [1, 2], by: 'y', none_acceptable: true, faults: [], evidence: [{ url: 'https://x.test/a', note: '' }] },
  ]
  await open()
  expect(screen.getByTestId('remark-7-1')).toHaveTextContent('甲')
  expect(screen.getByTestId('remark-7-1')).toHaveTextContent('致命 · 事实错误 第2个年份不对')
  expect(screen.getByTestId('remark-7-2')).toHaveTextContent('AB乙都不可接受')
  expect(within(screen.getByTestId('remarks')).getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual(['https://x.test/a'])
  fireEvent.click(screen.getByTestId('said-fault'))
  expect(screen.getByTestId('paint-1')).toHaveAttribute('aria-pressed', 'true')
})

it('marks the very words that were selected in the formatted text', async () => {
  await open()
  const words = await screen.findByText('第2个回答')
  const range = document.createRange()
  range.setStart(words.firstChild as Node, 2)
  range.setEnd(words.firstChild as Node, 3)
  document.getSelection()?.removeAllRanges()
  document.getSelection()?.addRange(range)
  press('KeyF')
  expect(screen.getByTestId('review-span-0')).toHaveTextContent('个')
  press('Digit1')
  fireEvent.change(screen.getByTestId('review-reject-reason'), { target: { value: '不对' } })
  fireEvent.click(screen.getByTestId('review-reject-confirm'))
  await screen.findByTestId('review-62')
  expect(sent[0]?.body).toMatchObject({ slots: [{ spans: [{ response: 2, start: 2, end: 3 }] }] })
})
