import type { SuspicionDecided, SuspicionItem } from '@/api/colleague'
import { sessionQuery, type Session } from '@/api/session'
import type { Role } from '@/api/types'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import SuspicionsPage from './SuspicionsPage'

const session = (role: Role): Session => ({
  user: { id: 7, username: 'lin', name: '林', language: 'zh-hans', is_staff: false },
  memberships: [{ project: 1, project_name: '项目', roles: [role] }],
})

const items: SuspicionItem[] = [11, 12].map((handle) => ({
  handle,
  category: { id: 5, path: ['数学', '几何'] },
  system: '',
  text: `题 ${handle}`,
  first: '甲文',
  second: '乙文',
  held_until: '2030-01-01T00:00:00Z',
}))

let left: SuspicionItem[]
let sent: { url: string; body: unknown }[]
let fetched: number
let refuse: { code: string; message: string } | null

/** The server: pairs one after the other, and what stood of one once it is answered. */
beforeEach(() => {
  left = [...items]
  sent = []
  fetched = 0
  refuse = null
  vi.stubGlobal('fetch', async (call: Request) => {
    const { pathname } = new URL(call.url)
    if (pathname.endsWith('/next')) {
      fetched += 1
      return Response.json({ item: left[0] ?? null, n_waiting: left.length })
    }
    if (pathname.endsWith('/decide')) {
      sent.push({ url: pathname, body: await call.json() })
      const [decided] = left.splice(0, 1)
      if (refuse) return Response.json({ ...refuse, errors: [] }, { status: 409 })
      return Response.json({
        handle: decided?.handle ?? 0,
        prompt: 3,
        state: 'overruled',
        verdict: 'b',
        standing: 'a',
        votes: [
          { pass_number: 1, verdict: 'a' },
          { pass_number: 1, verdict: 'a' },
          { pass_number: 2, verdict: 'a' },
        ],
        chances: { a: 0.05, equal: 0.1, b: 0.85 },
        expected_error: 0.95,
        rank: 3,
        control: false,
      } satisfies SuspicionDecided)
    }
    if (pathname.endsWith('/figures')) return Response.json(figures)
    if (pathname.endsWith('/colleague')) {
      return Response.json({ queue_size: 200, least_error: 0.5, control_share: 0.1, random_share: 0.2 })
    }
    return Response.json({ results: [], next: null })
  })
})

const tally = (decided: number, overruled: number) => ({
  asked: decided + 1,
  decided,
  overruled,
  rate: decided ? { rate: overruled / decided, low: 0.1, high: 0.9, n: decided } : null,
})
const precision = {
  suspects: tally(50, 30),
  deciles: Array.from({ length: 10 }, (_, place) => tally(5, place === 0 ? 5 : 2)),
  control: tally(40, 4),
  lift: { value: 6, low: 3, high: 12 },
}
const figures = { together: precision, runs: [{ run: 1, ...precision }] }

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function show(role: Role, search = ''): void {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData(sessionQuery.queryKey, session(role))
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[`/p/1/suspicions${search}`]}>
        <Routes>
          <Route path="/p/:project/suspicions" element={<SuspicionsPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )
}

const press = (code: string) => fireEvent.keyDown(document.body, { code, key: code })

it('shows the texts alone, takes an answer by one key, then shows what stood, and goes on by another', async () => {
  show('delivery_reviewer')
  expect(await screen.findByText('甲文')).toBeDefined()
  expect(screen.queryByTestId('suspicion-revealed')).toBeNull()
  press('KeyJ')
  expect(screen.getByText('甲文')).toBeDefined()
  press('KeyB')
  const told = await screen.findByTestId('suspicion-revealed')
  expect(sent).toEqual([{ url: '/api/suspicions/11/decide', body: { verdict: 'b', reason: '' } }])
  expect(told.textContent).toContain('第 1 轮 A > B ×2')
  expect(told.textContent).toContain('第 2 轮 A > B ×1')
  expect(told.textContent).toContain('85.0%')
  press('KeyG')
  expect(sent).toHaveLength(1)
  press('KeyJ')
  await screen.findByText('题 12')
  expect(fetched).toBe(2)
  press('KeyS')
  await waitFor(() => expect(sent[1]?.body).toEqual({ verdict: 'equal', reason: '' }))
})

it('sends the reason that was written before the answer, and no letter of it is a command', async () => {
  show('owner')
  const reason = await screen.findByTestId('suspicion-reason')
  fireEvent.change(reason, { target: { value: 'B 有据' } })
  fireEvent.keyDown(reason, { code: 'KeyB', key: 'b' })
  expect(sent).toEqual([])
  fireEvent.click(screen.getByTestId('suspicion-a'))
  await waitFor(() => expect(sent[0]?.body).toEqual({ verdict: 'a', reason: 'B 有据' }))
})

it('says why an answer was refused, and goes on to the next pair', async () => {
  refuse = { code: 'votes_changed', message: '判断已有变化' }
  show('owner')
  await screen.findByText('题 11')
  press('KeyG')
  expect((await screen.findByTestId('failure')).textContent).toContain('判断已有变化')
  fireEvent.click(screen.getByTestId('suspicion-next'))
  await screen.findByText('题 12')
})

it('says that nothing waits', async () => {
  left = []
  show('owner')
  expect((await screen.findByTestId('empty-state')).textContent).toContain('没有等待复看的标注')
})

it('shows a researcher the figures only: precision, base rate, lift and tenths', async () => {
  show('researcher')
  const shown = await screen.findByTestId('suspicion-together')
  expect(within(shown).getByTestId('precision').textContent).toContain('60.0%')
  expect(within(shown).getByTestId('base-rate').textContent).toContain('10.0%')
  expect(within(shown).getByTestId('lift').textContent).toContain('6 倍（3–12）')
  expect(within(screen.getByTestId('suspicion-deciles')).getAllByRole('row')).toHaveLength(11)
  expect(screen.queryByTestId('suspicions-view')).toBeNull()
  expect(fetched).toBe(0)
})
