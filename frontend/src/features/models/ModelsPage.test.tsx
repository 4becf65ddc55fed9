import type { Model } from '@/api/models'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import ModelsPage from './ModelsPage'

type Evaluation = Model['evaluations'][number]

const measured = (id: number, overall: number | null, accuracies: Evaluation['accuracies']): Evaluation => ({
  id,
  set: { id, name: '第一批', version: id },
  overall,
  accuracies,
  comparable: true,
  created_at: '2026-11-01T08:00:00Z',
})

const MODEL: Model = {
  id: 7,
  project: 1,
  name: 'rm',
  kind: 'trained',
  run: 3,
  base: 'tiny',
  source: '',
  adapter: 'auto',
  created_at: '2026-11-01T08:00:00Z',
  evaluations: [measured(1, 0.456, { open: 0.9, human: 0.675 }), measured(2, null, { human: 0.75 }), measured(3, null, {})],
}

beforeEach(() => {
  vi.stubGlobal('fetch', async (call: Request) =>
    Response.json(new URL(call.url).pathname.endsWith('/models') ? { results: [MODEL], next: null } : { current: null }),
  )
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('shows the overall score of a model, and the accuracy on the one subset where there is no overall', async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter initialEntries={['/p/1/models']}>
        <Routes>
          <Route path="/p/:project/models" element={<ModelsPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )

  await screen.findByTestId('model-7')
  expect(screen.getAllByText(/^第一批 v/).map((line) => line.textContent)).toEqual([
    '第一批 v1：总分 0.456',
    '第一批 v2：人工指令 · 准确率 0.750',
    '第一批 v3：总分 —',
  ])
})
