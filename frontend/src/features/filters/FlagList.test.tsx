import type { Flag } from '@/api/filters'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FlagList } from './FlagList'

const flag = (id: number, state: Flag['state']): Flag => ({
  id,
  code: 'notice',
  state,
  figures: { phrase: '抱歉' },
  reason: '',
  prompt: 100 + id,
  category: { id: 1, path: ['数学'] },
  response: id,
  text: `回答 ${id}`,
  chars: 4,
})

let stored: Flag[]
let asked: string[]

/** The two addresses of flags that the list knows, in memory. */
async function answer(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname
  if (request.method === 'GET') return Response.json({ results: stored, next: null })
  asked.push(path)
  const id = Number(/flags\/(\d+)/.exec(path)?.[1])
  const state = path.endsWith('confirm') ? 'excluded' : 'overruled'
  stored = stored.map((one) => (one.id === id ? { ...one, state } : one))
  return Promise.resolve(Response.json(stored.find((one) => one.id === id)))
}

beforeEach(async () => {
  stored = [flag(1, 'excluded'), flag(2, 'referred'), flag(3, 'referred'), flag(4, 'referred')]
  asked = []
  vi.stubGlobal('fetch', answer)
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <FlagList project={1} seesPrompts={false} />
      </MemoryRouter>
    </QueryClientProvider>,
  )
  await screen.findByTestId('confirm-2')
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('offers to confirm only what was sent to QA', () => {
  expect(screen.queryByTestId('confirm-1')).toBeNull()
  expect(screen.getByTestId('overrule-1')).toBeInTheDocument()
  expect(screen.getByTestId('confirm-3')).toBeInTheDocument()
})

it('confirms with its button, and then offers that no more', async () => {
  fireEvent.click(screen.getByTestId('confirm-3'))
  await waitFor(() => expect(screen.queryByTestId('confirm-3')).toBeNull())
  expect(asked).toEqual(['/api/flags/3/confirm'])
})

it('confirms one after the other with keys, and overrules the one in focus', async () => {
  fireEvent.keyDown(window, { code: 'KeyC' })
  expect(asked).toEqual([])
  fireEvent.keyDown(window, { code: 'KeyJ' })
  fireEvent.keyDown(window, { code: 'KeyC' })
  await waitFor(() => expect(screen.queryByTestId('confirm-2')).toBeNull())
  expect(asked).toEqual(['/api/flags/2/confirm'])
  fireEvent.keyDown(window, { code: 'KeyO' })
  expect(await screen.findByTestId('overrule-reason')).toBeInTheDocument()
  expect(screen.getByRole('dialog')).toHaveTextContent('#103')
  fireEvent.change(screen.getByTestId('overrule-reason'), { target: { value: '只是引用' } })
  fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: /推.?翻/ }))
  await waitFor(() => expect(screen.queryByTestId('confirm-3')).toBeNull())
  fireEvent.keyDown(window, { code: 'KeyC' })
  await waitFor(() => expect(screen.queryByTestId('confirm-4')).toBeNull())
  expect(asked.slice(1)).toEqual(['/api/flags/3/overrule', '/api/flags/4/confirm'])
})
