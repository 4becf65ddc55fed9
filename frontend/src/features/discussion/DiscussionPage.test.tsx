import type { Discussion, DiscussionComparison } from '@/api/discussions'
import type { Verdict } from '@/lib/ranking'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import DiscussionPage from './DiscussionPage'

function comparison(a: number, b: number, own: Verdict, other: Verdict): DiscussionComparison {
  const rest = { score_a: 3, score_b: 2, notes: '', history: [] }
  const verdicts = [
    { pass: 1, by: '甲', mine: true, verdict: own, ...rest },
    { pass: 2, by: '乙', mine: false, verdict: other, ...rest },
  ]
  return { task: 7, response_a: a, response_b: b, same: own === other, verdicts }
}

/** The discussion in place of the server: it takes revisions and messages, and closes when nothing differs. */
class Talk {
  readonly revisions: unknown[] = []
  readonly messages: { text: string; task?: number; parent?: number }[] = []
  readonly escalations: string[] = []
  closed = false
  rows = [comparison(1, 2, 'a', 'b'), comparison(1, 3, 'a', 'equal'), comparison(2, 3, 'a', 'a')]

  constructor() {
    vi.stubGlobal('fetch', (call: Request) => this.answer(call))
  }

  get body(): Discussion {
    const open = !this.closed && this.rows.some(({ same }) => !same)
    const agreement = this.rows.filter(({ same }) => same).length / this.rows.length
    return {
      project: 1,
      remarks: [],
      fault_kinds: [],
      prompt: {
        id: 5,
        number: 5,
        text: '提示',
        system: '',
        category: { id: 1, path: ['数学'] },
        state: open ? 'discussion' : 'settled',
        agreement,
        threshold: 0.9,
        measure: 'exact',
      },
      due_at: new Date(Date.now() + 3_600_000).toISOString(),
      open,
      me: '甲',
      people: [
        { pseudonym: '甲', pass: 1 },
        { pseudonym: '乙', pass: 2 },
      ],
      responses: [1, 2, 3].map((id, i) => ({ id, label: 'ABC'[i] ?? '', text: `回答 ${id}`, masks: [], discarded: false })),
      comparisons: [...this.rows.filter(({ same }) => !same), ...this.rows.filter(({ same }) => same)],
      discards: [],
      messages: this.messages.map(({ text, task, parent }, id) => ({
        id,
        parent: parent ?? null,
        by: '甲',
        mine: true,
        text,
        task: task ?? null,
        response_a: task ? 1 : null,
        response_b: task ? 2 : null,
        at: '2026-01-01T00:00:00Z',
      })),
      guideline: null,
      outcome: open ? null : { state: 'agreed', at: '2026-01-01T00:00:00Z' },
    }
  }

  private async answer(call: Request): Promise<Response> {
    const verb = new URL(call.url).pathname.split('/').at(-1)
    const sent = JSON.parse((await call.text()) || '{}') as Record<string, never>
    if (verb === 'revise') return this.revise(sent)
    if (verb === 'messages') this.messages.push(sent as never)
    if (verb === 'escalate') this.escalations.push(sent.reason ?? '')
    if (verb === 'discussions') return this.json(200, { results: [], next: null, count: 0 })
    return this.json(200, this.body)
  }

  private revise(sent: { response_a?: number; response_b?: number; verdict?: Verdict }): Promise<Response> {
    if (this.closed) return this.json(409, { code: 'discussion_closed', message: '已关闭' })
    this.revisions.push(sent)
    this.rows = this.rows.map((row) =>
      row.response_a === sent.response_a && row.response_b === sent.response_b
        ? comparison(row.response_a, row.response_b, sent.verdict ?? 'a', row.verdicts[1]?.verdict ?? 'a')
        : row,
    )
    return this.json(200, { agreement: 0, state: 'discussion', differing: 0 })
  }

  private json(status: number, body: unknown): Promise<Response> {
    return Promise.resolve(new Response(JSON.stringify(body), { status }))
  }
}

let talk: Talk

beforeEach(async () => {
  talk = new Talk()
  render(
    <QueryClientProvider client={new QueryClient()}>
      <App>
        <MemoryRouter initialEntries={['/discussions/5']}>
          <Routes>
            <Route path="/discussions/:id" element={<DiscussionPage />} />
          </Routes>
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  )
  await screen.findByTestId('agreement')
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const press = (code: string, init: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { code, key: code, ...init })
const current = () => document.querySelector('[aria-current="true"]')?.getAttribute('data-testid')

describe('a discussion', () => {
  it('is settled by one key a difference, and closes by itself', async () => {
    expect(screen.getByTestId('agreement')).toHaveAttribute('data-differing', '2')
    expect(current()).toBe('difference-7-1-2')
    press('KeyT')
    expect(current()).toBe('difference-7-1-3')
    expect(screen.getByTestId('agreement')).toHaveAttribute('data-differing', '1')
    press('KeyT')
    expect(await screen.findByTestId('discussion-closed')).toHaveTextContent('讨论自动结束')
    expect(talk.revisions).toMatchObject([
      { task: 7, response_a: 1, response_b: 2, verdict: 'b' },
      { task: 7, response_a: 1, response_b: 3, verdict: 'equal' },
    ])
    expect(screen.queryByTestId('take-other')).toBeNull()
    expect(screen.queryByTestId('message-text')).toBeNull()
  })

  it('keeps a verdict with Enter, moves with j and k, and sets one’s own with g, b and s', async () => {
    press('Enter')
    expect(current()).toBe('difference-7-1-3')
    press('KeyK')
    expect(current()).toBe('difference-7-1-2')
    press('KeyG')
    expect(talk.revisions).toEqual([])
    press('KeyK')
    press('KeyK')
    press('KeyS')
    await waitFor(() => expect(talk.revisions).toMatchObject([{ response_b: 2, verdict: 'equal' }]))
  })

  it('takes no key while somebody writes, and sends with Ctrl+Enter, bound to the comparison in focus', async () => {
    press('KeyC')
    const field = screen.getByTestId('message-text')
    expect(field).toHaveFocus()
    press('KeyT')
    press('Enter', { isComposing: true, ctrlKey: true })
    fireEvent.change(field, { target: { value: '按 3.2，正确者优先' } })
    press('Enter', { ctrlKey: true })
    await waitFor(() => expect(talk.messages).toMatchObject([{ text: '按 3.2，正确者优先', task: 7, response_a: 1 }]))
    expect(talk.revisions).toEqual([])
    await waitFor(() => expect(screen.getByTestId('message-0')).toHaveTextContent('正确者优先'))
    expect(field).toHaveValue('')
    expect(field).not.toHaveFocus()
  })

  it('replies to a message below it', async () => {
    talk.messages.push({ text: '先说一句' })
    press('KeyG')
    fireEvent.click(await screen.findByTestId('reply-0', {}, { timeout: 6000 }))
    fireEvent.change(screen.getByTestId('message-text'), { target: { value: '同意' } })
    fireEvent.click(screen.getByTestId('message-send'))
    await waitFor(() => expect(talk.messages[1]).toMatchObject({ text: '同意', parent: 0 }))
  })

  it('that ended meanwhile is told kindly, and shows how it ended', async () => {
    talk.closed = true
    press('KeyT')
    expect(await screen.findByTestId('discussion-closed')).toBeInTheDocument()
    expect(await screen.findByText('讨论刚刚结束，这次改动没有写入。')).toBeInTheDocument()
    expect(screen.queryByTestId('failure')).toBeNull()
    expect(talk.revisions).toEqual([])
  })

  it('is escalated with a reason', async () => {
    press('KeyE')
    expect(screen.getByTestId('escalate-confirm')).toBeDisabled()
    fireEvent.change(screen.getByTestId('escalate-reason'), { target: { value: '谈不拢' } })
    fireEvent.click(screen.getByTestId('escalate-confirm'))
    await waitFor(() => expect(talk.escalations).toEqual(['谈不拢']))
  })
})
