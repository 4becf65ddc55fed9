import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, it, vi } from 'vitest'
import { Breaks } from './breaks'
import type { Submission } from './outbox'
import TodayPanel from './TodayPanel'

const FIGURES = { seconds_mean: 60, agreement: null, gold: null, consistency: null, rejections: { rate: 0, count: 0, total: 1 } }
const ROW = { id: 4, number: 1001, category: ['写作'], order: [[2], [1, 3]], none_acceptable: false, submitted_at: '2026-01-01T10:00:00Z' }
const waiting = { assignment: 9, orderText: 'C > A > B' } as Submission

/** Answers that the server has; each stands in the list and in the count. */
let arrived: (typeof ROW & { withdrawable: boolean; why: string | null })[]

function panel(unsent: readonly Submission[], onTakeBack = () => Promise.resolve()) {
  const rest = { breaks: new Breaks({ activeSince: () => false }), interval: '0' as const, setInterval: () => undefined }
  const exits = { onClose: () => undefined, onLeave: () => undefined }
  return <TodayPanel project={1} unsent={unsent} rest={rest} onTakeBack={onTakeBack} {...exits} />
}

function open(unsent: readonly Submission[], onTakeBack?: () => Promise<void>) {
  vi.stubGlobal('fetch', (call: Request) => {
    const body = call.url.includes('my-figures') ? { ...FIGURES, today: arrived.length } : { results: arrived }
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }))
  })
  const client = new QueryClient()
  const wrapper = ({ children }: { children: React.ReactNode }) => (
    <MemoryRouter>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </MemoryRouter>
  )
  return render(panel(unsent, onTakeBack), { wrapper })
}

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('counts and lists an answer as soon as it has arrived', async () => {
  arrived = []
  const { rerender } = open([waiting])
  expect(await screen.findByText('C > A > B')).toBeVisible()
  expect(await screen.findByTestId('own-figures')).toBeVisible()
  arrived = [{ ...ROW, withdrawable: true, why: null }]
  rerender(panel([]))
  expect(await screen.findByTestId('recent-4')).toHaveTextContent('B > A = C')
  expect(await screen.findByText('1', { selector: 'dd' })).toBeVisible()
})

it('asks anew where taking back failed, and then says why', async () => {
  arrived = [{ ...ROW, withdrawable: true, why: null }]
  open([], () => Promise.reject(new Error('reviewed')))
  const button = await screen.findByTestId('take-back-4')
  arrived = [{ ...ROW, withdrawable: false, why: 'reviewed' }]
  fireEvent.click(button)
  expect(await screen.findByText('已审核')).toBeVisible()
  expect(screen.queryByTestId('take-back-4')).toBeNull()
})
