import { previewQuery, type Preview, type Recipe, type Variant } from '@/api/recipes'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import RecipePage from './RecipePage'

const NO_FATES = { tie: 0, unscored: 0, disagrees: 0, margin: 0, length: 0, unreadable: 0, benchmark: 0, human: 0, response: 0, prompt: 0 }

function preview(margin: number, kept: number): Preview {
  const half = kept / 2
  return {
    margin,
    n_comparisons: 1000,
    n_prompts: 90,
    counts: { ...NO_FATES, kept, disagrees: 200, margin: 1000 - 200 - kept },
    before: { longer: half + 50, shorter: half, equal: 0 },
    after: { longer: half, shorter: half, equal: 0 },
    margin_high: 8,
  }
}

const RUN = { id: 7, name: 'tiny', state: 'succeeded', step: 30, total_steps: 30 } as const
const SET = { id: 3, name: '人工', version: 1 }

const RECIPE: Recipe = {
  id: 5,
  project: 1,
  name: '蒸馏',
  state: 'deciding',
  stopped_at: '',
  error_code: '',
  error: '',
  human_set: SET,
  judge_runs: [{ id: 2, name: '评审', model: 'judge-model', n_calls: 1000 }],
  base: 'tiny',
  params: {},
  margin: 0.5,
  seed: 0,
  confirm_filter: true,
  human_run: RUN,
  model: { id: 4, name: 'tiny', run: 7 },
  scoring: { id: 6, state: 'succeeded', n_done: 90, n_prompts: 90 },
  figures: preview(0.5, 600),
  derived_set: null,
  final_run: null,
  created_at: '2026-01-01T00:00:00Z',
  finished_at: null,
}

const DONE: Recipe = {
  ...RECIPE,
  state: 'done',
  derived_set: { ...SET, id: 8, state: 'frozen', done: 9, total: 9 },
  final_run: { ...RUN, id: 9 },
}

let recipe: Recipe
let variants: Variant[]
let sent: { path: string; body: unknown }[]

beforeEach(() => {
  recipe = RECIPE
  variants = []
  sent = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (request.method === 'POST') {
      const text = await request.text()
      sent.push({ path: pathname, body: text ? (JSON.parse(text) as unknown) : null })
    }
    return new Response(JSON.stringify(answer(pathname, Number(searchParams.get('margin')))))
  })
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function answer(path: string, margin: number): unknown {
  if (path.endsWith('/preview')) return preview(margin, margin >= 8 ? 0 : 400)
  if (path.endsWith('/ablation')) return { variants }
  return recipe
}

async function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const routes = [{ path: '/recipes/:id', element: <RecipePage /> }, { path: '*', element: <></> }]
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={createMemoryRouter(routes, { initialEntries: ['/recipes/5'] })} />
    </QueryClientProvider>,
  )
  await screen.findByTestId('recipe-steps')
  return client
}

const kept = () => within(screen.getByTestId('fate-kept')).getAllByRole('cell')[0]?.textContent
const setMargin = (value: string) => fireEvent.change(screen.getByTestId('margin'), { target: { value } })

it('shows what each margin leaves before a person decides, and sends the one they took', async () => {
  const client = await show()
  expect(kept()).toBe('600')
  expect(screen.getByTestId('length-groups')).toHaveAttribute('data-after', '300 300')
  setMargin('2')
  await waitFor(() => expect(kept()).toBe('400'))
  expect(client.getQueryData(previewQuery(5, 2).queryKey)?.counts.kept).toBe(400)
  fireEvent.click(screen.getByTestId('margin-confirm'))
  await waitFor(() => expect(sent).toEqual([{ path: '/api/recipes/5/confirm', body: { margin: 2 } }]))
})

it('does not go on with a margin that keeps nothing, and says so', async () => {
  await show()
  setMargin('8')
  await waitFor(() => expect(kept()).toBe('0'))
  expect(screen.getByTestId('margin-confirm')).toBeDisabled()
  expect(screen.getByTestId('nothing-kept')).toHaveTextContent('一条也不会保留')
})

it('says at which step a recipe stopped and why, and takes it up again', async () => {
  recipe = { ...RECIPE, state: 'failed', stopped_at: 'training', error_code: 'run_failed', error: 'CUDA out of memory' }
  await show()
  const told = screen.getByTestId('recipe-error')
  expect(told).toHaveTextContent('训练失败')
  expect(told).toHaveTextContent('CUDA out of memory')
  expect(screen.getByTestId('step-training')).toHaveAttribute('data-status', 'error')
  expect(screen.getByTestId('step-freezing')).toHaveAttribute('data-status', 'finish')
  expect(screen.queryByTestId('margin')).toBeNull()
  fireEvent.click(screen.getByTestId('recipe-resume'))
  await waitFor(() => expect(sent).toEqual([{ path: '/api/recipes/5/resume', body: null }]))
})

it('begins an ablation with one click, and names what failed of it', async () => {
  recipe = DONE
  await show()
  const begin = await screen.findByTestId('ablate')
  const row: Variant = {
    name: 'judge',
    state: 'done',
    error_code: '',
    error: '',
    set: { ...SET, id: 11, state: 'frozen', done: 1, total: 1 },
    run: RUN,
    n_prompts: 90,
    n_pairs: 600,
    figures: {
      open: {
        accuracy: 0.71,
        exact_match: 0.4,
        n_prompts: 10,
        n_pairs: 30,
        intervals: { accuracy: [0.61, 0.81], exact_match: null },
      },
      human: null,
      overall: 0.555,
      overall_interval: null,
    },
  }
  const broken: Variant = { ...row, name: 'judge_debias', state: 'failed', error_code: 'run_failed', error: 'kein Platz', figures: null }
  variants = [row, broken]
  await act(async () => {
    fireEvent.click(begin)
    await Promise.resolve()
  })
  await screen.findByTestId('ablation-table')
  expect(sent).toEqual([{ path: '/api/recipes/5/ablation', body: null }])
  const [, , first, second] = within(screen.getByTestId('ablation-table')).getAllByRole('row')
  expect(first).toHaveTextContent('仅评审')
  expect(first).toHaveTextContent('0.7100.610–0.810')
  expect(first).toHaveTextContent('0.5550.549')
  expect(second).toHaveTextContent('kein Platz')
  expect(screen.getByTestId('ablate')).toHaveTextContent('1')
})
