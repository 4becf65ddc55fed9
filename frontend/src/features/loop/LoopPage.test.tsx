import type { Loop, LoopRound } from '@/api/loop'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import LoopPage from './LoopPage'

const RULE: NonNullable<Loop['rule']> = {
  trigger: 'every_n',
  n: 40,
  hour: 2,
  base: 'tiny',
  params: {},
  set_name: '自动循环',
  filters: { categories: [], sources: [], min_agreement: null },
  benchmark_share: 0.2,
  paused_at: null,
  paused_by: null,
}

const WORSE = { difference: -0.049, low: -0.069, high: -0.029, probability_better: 0.01 }

const round = (number: number, told: Partial<LoopRound>): LoopRound => ({
  id: 10 + number,
  project: 1,
  number,
  cause: 'every_n',
  state: 'kept',
  set: null,
  run: null,
  against: null,
  code: '',
  detail: '',
  figures: {},
  changes: null,
  started_by: null,
  started_at: '2026-01-01T00:00:00Z',
  finished_at: '2026-01-01T01:00:00Z',
  ...told,
})

let loop: Loop
let rounds: LoopRound[]
let asked: string[]

function answer(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname
  if (request.method !== 'GET') asked.push(`${request.method} ${path}`)
  if (path.endsWith('/loop/pause')) loop = { ...loop, rule: { ...RULE, paused_at: '2026-01-02T00:00:00Z', paused_by: '研究员' } }
  if (path.endsWith('/rounds')) return Promise.resolve(Response.json({ results: rounds, next: null }))
  if (path.endsWith('/bases')) return Promise.resolve(Response.json({ default: 'tiny', results: [] }))
  if (path.endsWith('/hyperparameters')) return Promise.resolve(Response.json([]))
  if (path.includes('/loop')) return Promise.resolve(Response.json(path.includes('loop-rounds') ? rounds[0] : loop))
  return Promise.resolve(Response.json({ results: [], conflicts_by_source: [] }))
}

beforeEach(() => {
  asked = []
  rounds = []
  loop = { rule: RULE, n_new: 12, next_at: null, time_zone: 'Asia/Shanghai', open: null }
  vi.stubGlobal('fetch', answer)
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function open() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter initialEntries={['/p/1/loop']}>
        <Routes>
          <Route path="/p/:project/loop" element={<LoopPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )
}

it('explains itself and asks for a rule where there is none', async () => {
  loop = { ...loop, rule: null }
  open()
  expect(await screen.findByTestId('loop-form')).toHaveTextContent('没有现役模型时')
  expect(screen.queryByTestId('loop-status')).toBeNull()
  expect(await screen.findByTestId('empty-state')).toBeInTheDocument()
})

it('says how far the next round is, and pauses', async () => {
  open()
  expect(await screen.findByTestId('loop-next')).toHaveTextContent('新定序 40 个提示后开始下一轮，现已新增 12 个')
  fireEvent.click(screen.getByTestId('loop-switch'))
  await waitFor(() => expect(screen.getByTestId('loop-next')).toHaveTextContent('研究员'))
  expect(asked).toEqual(['POST /api/projects/1/loop/pause'])
  expect(screen.getByTestId('loop-run-now')).toBeDisabled()
})

it('shows what every round changed and came to, and only the newest failed one can be tried again', async () => {
  rounds = [
    round(3, { state: 'failed', code: 'benchmark_leak', detail: '1\n哪一题' }),
    round(2, {
      state: 'regression',
      code: 'worse',
      figures: {
        model: { open: null, human: null, overall: 0.55, overall_interval: [0.52, 0.58] },
        against: { open: null, human: null, overall: 0.6, overall_interval: null },
        comparison: { open: { accuracy: WORSE, exact_match: WORSE } },
      },
      changes: {
        prompts_added: 25,
        prompts_removed: 2,
        pairs_change: -3,
        categories: [{ name: '数学', added: 25, removed: 2 }],
        guidelines: [{ category: ['数学'], before: [1], after: [1, 2] }],
      },
    }),
    round(1, { state: 'failed', code: 'a_code_of_tomorrow', detail: '原话' }),
  ]
  open()
  const third = within(await screen.findByTestId('loop-round-3'))
  expect(screen.getByTestId('loop-round-3')).toHaveTextContent('没有训练')
  const second = screen.getByTestId('loop-round-2')
  expect(second).toHaveTextContent('提示新增 25、移除 2，偏好对 −3')
  expect(second).toHaveTextContent('数学 的指南：v1 → v1、v2')
  expect(second).toHaveTextContent('退步')
  expect(second).toHaveTextContent('开源提示 -0.049 [-0.069, -0.029]')
  const first = screen.getByTestId('loop-round-1')
  expect(first).toHaveTextContent('原因写在下面')
  expect(within(first).queryByTestId('loop-retry')).toBeNull()
  fireEvent.click(third.getByTestId('loop-retry'))
  await waitFor(() => expect(asked).toEqual(['POST /api/loop-rounds/13/retry']))
})
