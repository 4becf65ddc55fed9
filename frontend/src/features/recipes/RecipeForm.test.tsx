import { basesQuery, hyperparametersQuery, type Hyperparameter } from '@/api/runs'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RecipeForm } from './RecipeForm'

const PROJECT = 1

const integer = (name: string, standard: number): Hyperparameter => ({
  name,
  type: 'int',
  default: standard,
  min: 1,
  max: null,
  choices: [],
})

const ROWS: Record<string, unknown[]> = {
  runs: [{ id: 7, name: 'qwen · 甲 v1', base: 'qwen', params: { epochs: 4, max_length: 900 } }],
  sets: [{ id: 3, name: '甲', version: 1, state: 'frozen', derived: false }],
  'judge-runs': [{ id: 5, name: '评审', n_done: 40, state: 'finished', trial: 4 }],
}

let sent: unknown[]

beforeEach(() => {
  sent = []
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryDefaults(basesQuery(PROJECT).queryKey, { staleTime: Infinity })
  client.setQueryDefaults(hyperparametersQuery.queryKey, { staleTime: Infinity })
  client.setQueryData(basesQuery(PROJECT).queryKey, {
    default: 'tiny',
    results: [
      { name: 'tiny', label: 'tiny', params: { epochs: 6 } },
      { name: 'qwen', label: 'qwen', params: {} },
    ],
  })
  client.setQueryData(hyperparametersQuery.queryKey, [integer('epochs', 2), integer('max_length', 2048)])
  vi.stubGlobal('fetch', async (call: Request) => {
    if (call.method === 'POST') {
      sent.push(await call.json())
      return Response.json({ id: 1 }, { status: 201 })
    }
    return Response.json({ results: ROWS[new URL(call.url).pathname.split('/').at(-1) ?? ''] ?? [], next: null })
  })
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <RecipeForm project={PROJECT} onClose={() => undefined} />
      </MemoryRouter>
    </QueryClientProvider>,
  )
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label)

async function choose(label: string, option: string) {
  fireEvent.mouseDown(field(label))
  fireEvent.click(await screen.findByText(option))
}

it('asks for what the base recommends, unless somebody sets it otherwise', async () => {
  expect([field('轮数').value, field('最大长度（词元）').value]).toEqual(['6', '2048'])
  fireEvent.change(field('最大长度（词元）'), { target: { value: '512' } })
  await choose('人工偏好集', '甲 v1')
  await choose('评审运行', '#5 评审（40 次）')
  fireEvent.click(screen.getByTestId('recipe-create'))
  await waitFor(() => expect(sent).toHaveLength(1))
  expect(sent[0]).toMatchObject({ base: 'tiny', params: { epochs: 6, max_length: 512 }, human_set: 3, judge_runs: [5] })
  expect(sent[0]).not.toHaveProperty('like')
})

it('takes base and settings over from a run', async () => {
  await choose('沿用训练', '#7 qwen · 甲 v1')
  expect([field('底座模型').value, field('轮数').value, field('最大长度（词元）').value]).toEqual(['qwen', '4', '900'])
})
