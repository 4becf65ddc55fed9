import type { PriorityRun } from '@/api/colleague'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import PrioritiesPage from './PrioritiesPage'

const done: PriorityRun = {
  id: 2,
  state: 'done',
  by_itself: false,
  models: [{ id: 9, name: 'rm-9', state: 'succeeded', n_done: 20, n_prompts: 20, scale: 1.25, width: 0.5 }],
  error_code: '',
  error: '',
  n_calibration_votes: 120,
  created_at: '2026-11-01T08:00:00Z',
  finished_at: '2026-11-01T08:05:00Z',
  n_prompts: 20,
  n_random: 4,
  n_unknown: 0,
  share: 0.2,
  mean: 0.61,
  edges: [0, 0.5, 1],
  counts: [5, 15],
}

let runs: PriorityRun[]
let sent: { method: string; url: string; body: string }[]
let refuse: boolean

beforeEach(() => {
  runs = []
  sent = []
  refuse = false
  vi.stubGlobal('fetch', async (call: Request) => {
    const { pathname } = new URL(call.url)
    if (call.method !== 'GET') sent.push({ method: call.method, url: pathname, body: await call.text() })
    if (pathname.endsWith('/colleague')) {
      return Response.json({ queue_size: 200, least_error: 0.5, control_share: 0.1, random_share: 0.3 })
    }
    if (call.method === 'POST' && refuse) {
      return Response.json({ code: 'no_current_model', message: '本项目还没有当前模型', errors: [] }, { status: 409 })
    }
    if (call.method === 'POST') return Response.json(done, { status: 201 })
    return Response.json({ results: runs, next: null })
  })
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function show(): void {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter initialEntries={['/p/1/priorities']}>
        <PrioritiesPage />
      </MemoryRouter>
    </QueryClientProvider>,
  )
}

vi.mock('@/lib/useProjectId', () => ({ useRequiredProjectId: () => 1 }))
vi.mock('@/components/charts/Chart', () => ({ Chart: ({ label }: { label: string }) => <div>{label}</div> }))

it('shows the last ranking, its random prompts and the models behind it', async () => {
  runs = [done]
  show()
  expect((await screen.findByTestId('priorities-random')).textContent).toContain('4')
  expect(screen.getByText('rm-9')).toBeDefined()
  expect(screen.getByText('尺度 1.25 · 相当宽度 0.500')).toBeDefined()
})

it('says why a ranking came to nothing', async () => {
  runs = [{ ...done, state: 'failed', error_code: 'too_few_votes', error: '12 < 30', n_prompts: null, counts: [], edges: [] }]
  show()
  expect((await screen.findByTestId('opinion-error')).textContent).toContain('无法校准')
  expect(screen.queryByTestId('priorities-newest')).toBeNull()
})

it('begins a ranking, or says what is missing for one', async () => {
  show()
  fireEvent.click(await screen.findByTestId('priorities-run'))
  await waitFor(() => expect(sent[0]).toMatchObject({ method: 'POST', url: '/api/projects/1/priorities' }))
  refuse = true
  fireEvent.click(await screen.findByTestId('priorities-run'))
  expect((await screen.findByTestId('failure')).textContent).toContain('本项目还没有当前模型')
})

it('reads and writes the random share in percent', async () => {
  show()
  const field = (await screen.findByTestId('setting-random_share')) as HTMLInputElement
  expect(field.value).toBe('30')
  fireEvent.change(field, { target: { value: '25' } })
  fireEvent.click(screen.getByTestId('setting-save'))
  await waitFor(() => expect(JSON.parse(sent[0]?.body ?? '{}')).toEqual({ random_share: 0.25 }))
})
