import type { PromptRecord } from '@/api/prompts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import PromptPage from './PromptPage'

const TEXT = '甲𠮷乙丙'

function remark(id: number, changes: Partial<PromptRecord['remarks'][number]>): PromptRecord['remarks'][number] {
  const nothing = { none_acceptable: false, faults: [], evidence: [], notes: '' }
  return { id, task: 7, pass: 1, responses: [3, 1, 2], by: 'K1', current: true, ...nothing, ...changes }
}

/** A fault of the second response, with what stands there. */
function fault(start: number, end: number) {
  const text = Array.from(TEXT).slice(start, end).join('')
  return { response: 2, start, end, text, kind: 'factual', severity: 'major' as const, note: '店名有误' }
}

const EVIDENCE = [
  { url: 'https://x.test/a', note: '查到' },
  { url: 'javascript:alert(1)', note: '' },
]

const record: PromptRecord = {
  prompt: {
    id: 5,
    number: 5,
    excerpt: '提示',
    text: '提示',
    system: '',
    external_id: '',
    project: 1,
    drop_reason: '',
    category: { id: 1, path: ['数学'] },
    source: 'open',
    subset: 'open',
    state: 'annotating',
    n_responses: 3,
    agreement: null,
    conflict_rate: null,
    created_at: '2026-01-01T00:00:00Z',
  },
  responses: [1, 2, 3].map((id) => ({ id, label: 'ABC'[id - 1] ?? '', text: TEXT, model: `m${id}`, discarded: false, tier: null })),
  comparisons: [],
  remarks: [
    remark(11, { current: false, faults: [fault(2, 4)], notes: '退回前的话' }),
    remark(12, { none_acceptable: true, faults: [fault(1, 3)], evidence: EVIDENCE }),
    remark(13, { pass: 2, by: 'K2' }),
  ],
  fault_kinds: [{ key: 'factual', zh: '事实错误', en: 'Factual error' }],
  graph: { nodes: [1, 2, 3], edges: [], merged: [], tiers: [[1, 2, 3]] },
  events: [],
}

let highlights: Map<string, Set<Range>>

/** What is painted, by layer. */
/** The words that a range within one text node lies over. */
const words = ({ startContainer, startOffset, endOffset }: AbstractRange) =>
  (startContainer.textContent ?? '').slice(startOffset, endOffset)
const painted = () => [...highlights].flatMap(([layer, ranges]) => [...ranges].map((range) => [layer, words(range)] as const))

beforeEach(async () => {
  highlights = new Map()
  vi.stubGlobal('Highlight', Set)
  vi.stubGlobal('CSS', { highlights })
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(record))))
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter initialEntries={['/prompts/5']}>
        <Routes>
          <Route path="/prompts/:id" element={<PromptPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )
  await waitFor(() => expect(screen.getAllByText(TEXT)).toHaveLength(3))
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('lists what was said by task and pass, what was rejected as such, and nothing of who said nothing', () => {
  const stands = screen.getByTestId('remark-7-1')
  expect(stands).toHaveTextContent('ABCK1都不可接受')
  expect(stands).toHaveTextContent('B 严重 · 事实错误 𠮷乙店名有误')
  expect(stands).not.toHaveTextContent('已退回')
  const rejected = screen.getByTestId('remark-7-1-11')
  expect(rejected).toHaveTextContent('ABCK1已退回，不再计入')
  expect(rejected).toHaveTextContent('乙丙')
  expect(rejected).toHaveTextContent('退回前的话')
  expect(rejected).not.toHaveTextContent('都不可接受')
  expect(screen.queryByTestId('remark-7-2')).toBeNull()
})

it('links only to addresses of the web, without telling them where the reader comes from', () => {
  const links = screen.getByTestId('remark-7-1').querySelectorAll('a')
  expect([...links].map((link) => [link.getAttribute('href'), link.rel, link.target])).toEqual([
    ['https://x.test/a', 'noopener noreferrer nofollow', '_blank'],
  ])
  expect(screen.getByTestId('remark-7-1')).toHaveTextContent('javascript:alert(1)')
})

it('paints what stands and what was rejected each by itself, in the very characters', () => {
  expect(painted()).toEqual([])
  fireEvent.click(screen.getByTestId('paint-1'))
  expect(painted()).toEqual([['fault-major-0', '𠮷乙']])
  fireEvent.click(screen.getByTestId('paint-1-11'))
  expect(painted()).toEqual([['fault-major-0', '乙丙']])
  expect(screen.getByTestId('paint-1')).toHaveAttribute('aria-pressed', 'false')
  fireEvent.click(screen.getByTestId('paint-1-11'))
  expect(painted()).toEqual([])
})

it('goes from a fault to its words', () => {
  fireEvent.click(screen.getAllByTestId('said-fault')[1] as HTMLElement)
  expect(screen.getByTestId('paint-1')).toHaveAttribute('aria-pressed', 'true')
  const range = [...(highlights.get('flash') ?? [])][0]
  expect(range && words(range)).toBe('𠮷乙')
  expect(screen.getByTestId('response-B')).toContainElement(range?.startContainer.parentElement as HTMLElement)
})
