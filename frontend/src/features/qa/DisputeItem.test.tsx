import type { Dispute, DisputeComparison } from '@/api/disputes'
import { sessionQuery, type Session } from '@/api/session'
import type { Verdict } from '@/lib/ranking'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App } from 'antd'
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import DisputesPage from './DisputesPage'

const session: Session = {
  user: { id: 7, username: 'lin', name: '林', language: 'zh-hans', is_staff: false },
  memberships: [{ project: 1, project_name: '项目', roles: ['delivery_reviewer'] }],
}
const category = { id: 5, path: ['写作'] }

function comparison(a: number, b: number, first: Verdict, second: Verdict): DisputeComparison {
  const said = (pass: number, by: string, verdict: Verdict) =>
    ({ pass, by, verdict, score_a: 4, score_b: 3, notes: pass === 1 ? '甲的备注' : '', seconds: 9, history: [] })
  return { task: 7, response_a: a, response_b: b, verdicts: [said(1, 'K1', first), said(2, 'K2', second)], same: first === second }
}

function dispute(id: number): Dispute {
  return {
    prompt: { id, number: id, text: `提示 ${id}`, system: '', category, state: 'escalated_delivery', agreement: 0.3, threshold: 0.9, measure: 'exact' },
    stage: 'delivery',
    remarks: [],
    fault_kinds: [],
    escalated_reason: '条款不清',
    may_decide: true,
    may_escalate: true,
    responses: [1, 2, 3].map((n) => ({ id: n, label: 'ABC'[n - 1] ?? '', text: `第${n}个回答`, masks: [], discarded: false })),
    comparisons: [comparison(1, 2, 'a', 'b'), comparison(2, 3, 'a', 'equal'), comparison(1, 3, 'a', 'a')],
    discards: [{ response: 3, passes: [{ pass: 1, marked: false }, { pass: 2, marked: true }] }],
    discard_marks: [],
    decisions: [],
    discussion: null,
    guideline: null,
    graph: { nodes: [1, 2, 3], edges: [], merged: [], tiers: [[1, 2, 3]] },
    events: [],
  }
}

const row = (prompt: number) =>
  ({ prompt, number: prompt, category, excerpt: '提示', agreement: 0.3, differing: 2, since: '2026-01-01T00:00:00Z', stage: 'delivery', escalated_reason: '' })

/** The server's answers, and what was sent to it. */
let sent: { path: string; body: unknown }[]
let refusal: { status: number; code: string } | null

async function answer(call: Request): Promise<Response> {
  const path = new URL(call.url).pathname
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
  if (call.method === 'POST') {
    sent.push({ path, body: JSON.parse(await call.text()) })
    return refusal ? json({ code: refusal.code, message: '已有人处理', errors: [] }, refusal.status) : json({ state: 'settled', decision: 3 })
  }
  const id = /disputes\/(\d+)$/.exec(path)?.[1]
  if (id) return json(dispute(Number(id)))
  if (path.endsWith('/disputes')) return json({ results: [row(31), row(32)], next: null, count: 2 })
  if (path.endsWith('/guideline')) return json({ category, version: null, text: '', inherited_from: null, versions: [], previous: null, read: true })
  return json({ results: [], next: null })
}

async function open() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData(sessionQuery.queryKey, session)
  render(
    <QueryClientProvider client={client}>
      <App>
        <MemoryRouter initialEntries={['/p/1/disputes?prompt=31']}>
          <Routes>
            <Route path="/p/:project/disputes" element={<DisputesPage />} />
          </Routes>
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  )
  await screen.findByTestId('dispute-31')
}

/** Presses keys where the focus is. */
function press(...codes: string[]) {
  for (const code of codes) act(() => void fireEvent.keyDown(document.activeElement ?? document.body, { code, key: code }))
}

const focused = () => document.querySelector('[aria-current="true"][data-testid^="comparison-"], [aria-current="true"][data-testid^="discard-"]')
const focusedRow = () => focused()?.getAttribute('data-testid')

beforeEach(() => {
  localStorage.clear()
  sent = []
  refusal = null
  vi.stubGlobal('fetch', (call: Request) => answer(call))
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('settles each difference with one key, then asks for the reason, and goes on to the next prompt', async () => {
  await open()
  expect(focusedRow()).toBe('discard-3')
  press('Digit1')
  expect(focusedRow()).toBe('comparison-7:1:2')
  press('Digit2')
  expect(focusedRow()).toBe('comparison-7:2:3')
  expect(screen.getByTestId('decision-missing')).toHaveTextContent('还有 1 处')
  press('Digit3', 'KeyB')
  expect(document.activeElement).toBe(screen.getByTestId('decision-reason'))
  fireEvent.change(screen.getByTestId('decision-reason'), { target: { value: '按 3.2' } })
  act(() => void fireEvent.keyDown(screen.getByTestId('decision-reason'), { code: 'Enter', key: 'Enter', ctrlKey: true }))
  await screen.findByTestId('dispute-32')
  expect(sent).toEqual([
    {
      path: '/api/disputes/31/decision',
      body: {
        verdicts: [
          { task: 7, response_a: 1, response_b: 2, verdict: 'b' },
          { task: 7, response_a: 2, response_b: 3, verdict: 'b' },
        ],
        discards: [{ response: 3, discarded: false }],
        reason: '按 3.2',
        clause: '',
      },
    },
  ])
  expect(screen.getByTestId('dispute-count')).toHaveTextContent('1')

  // The reason just given is one press away on the next prompt.
  press('Digit1', 'Digit1', 'Digit1')
  act(() => void fireEvent.keyDown(screen.getByTestId('decision-reason'), { key: 'ArrowDown', code: 'ArrowDown' }))
  expect(screen.getByTestId('decision-reason')).toHaveValue('按 3.2')
  expect(screen.getByTestId('decision-confirm')).toBeEnabled()
})

it('goes on where somebody else has decided meanwhile, and keeps the choices on any other refusal', async () => {
  await open()
  refusal = { status: 400, code: 'unknown_comparison' }
  press('Digit1', 'Digit1', 'Digit1')
  fireEvent.change(screen.getByTestId('decision-reason'), { target: { value: '理由' } })
  fireEvent.click(screen.getByTestId('decision-confirm'))
  await screen.findByTestId('failure')
  expect(screen.getByTestId('decision-reason')).toHaveValue('理由')
  refusal = { status: 409, code: 'already_decided' }
  fireEvent.click(screen.getByTestId('decision-confirm'))
  await screen.findByTestId('dispute-32')
})

it('shows the two texts at hand with scores and notes, any other on request, and their difference', async () => {
  await open()
  press('KeyJ')
  expect(screen.getByTestId('notes-1')).toHaveTextContent('甲的备注')
  expect(screen.getByTestId('response-A')).toHaveTextContent('K1 4')
  expect(screen.queryByTestId('response-C')).toBeNull()
  fireEvent.click(screen.getByTestId('show-C'))
  expect(screen.getByTestId('response-C')).toHaveTextContent('第3个回答')
  press('KeyD')
  expect([...screen.getByTestId('text-diff-a').querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['1'])
  expect([...screen.getByTestId('text-diff-b').querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['2'])
})

it('escalates with a reason', async () => {
  await open()
  press('KeyE')
  fireEvent.change(await screen.findByTestId('escalate-reason'), { target: { value: ' 条款之间有矛盾 ' } })
  fireEvent.click(screen.getByTestId('escalate-confirm'))
  await waitFor(() => expect(sent).toEqual([{ path: '/api/disputes/31/escalate', body: { reason: '条款之间有矛盾' } }]))
  await screen.findByTestId('dispute-32')
})
