import { basesQuery, hyperparametersQuery, type Hyperparameter } from '@/api/runs'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RunForm } from './RunForm'

const PROJECT = 1

const integer = (name: string, standard: number): Hyperparameter => ({
  name,
  type: 'int',
  default: standard,
  min: 1,
  max: null,
  choices: [],
})

beforeEach(() => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  client.setQueryData(basesQuery(PROJECT).queryKey, {
    default: 'tiny',
    results: [
      { name: 'tiny', label: 'tiny', params: { epochs: 6, batch_responses: 20 } },
      { name: 'qwen', label: 'qwen', params: { epochs: 3 } },
    ],
  })
  client.setQueryData(hyperparametersQuery.queryKey, [
    integer('epochs', 2),
    integer('batch_responses', 256),
    integer('max_length', 2048),
  ])
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ results: [], next: null }))))
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <RunForm project={PROJECT} set={null} onClose={() => undefined} />
      </MemoryRouter>
    </QueryClientProvider>,
  )
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const filled = () =>
  ['轮数', '批大小（回答数）', '最大长度（词元）'].map((label) => screen.getByLabelText<HTMLInputElement>(label).value)

const chooseBase = (name: string) => fireEvent.change(screen.getByLabelText('底座模型'), { target: { value: name } })

it('is filled in with what the base recommends above the defaults, and says so', () => {
  expect(filled()).toEqual(['6', '20', '2048'])
  expect(screen.getByTestId('run-recommended')).toHaveTextContent('tiny')
})

it('follows the base when it is changed, and leaves alone what somebody typed', () => {
  fireEvent.change(screen.getByLabelText('最大长度（词元）'), { target: { value: '512' } })
  chooseBase('qwen')
  expect(filled()).toEqual(['3', '256', '512'])
  expect(screen.getByTestId('run-recommended')).toHaveTextContent('qwen')
})

it('stands at the defaults for a base that recommends nothing', () => {
  chooseBase('Qwen/Qwen2.5-0.5B')
  expect(filled()).toEqual(['2', '256', '2048'])
  expect(screen.queryByTestId('run-recommended')).toBeNull()
})
