import type { Answer, Assignment } from '@/api/assignments'
import { ActiveClock } from '@/components/task/activeClock'
import { TaskBoard } from '@/components/task/TaskBoard'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const KINDS = [
  { key: 'factual', zh: '事实错误', en: 'Factual error' },
  { key: 'format', zh: '格式问题', en: 'Format' },
]
const TEXTS = ['**第一句**𠮷对。第二句错。', '乙答：第一句。', '丙答']

const assignment: Assignment = {
  id: 1, token: 1, lease_expires_at: '2100-01-01T00:00:00Z', project: 1, category: { id: 5, path: ['写作'] },
  prompt: { number: 9, text: '提示', system: '' },
  responses: TEXTS.map((text, index) => ({ id: index + 1, text, masks: index === 2 ? [{ start: 0, end: 1 }] : [] })),
  guideline_version: null, returned: null, previous: null, draft: null,
}

let answers: Answer[]

async function open(kinds = KINDS, at: Assignment = assignment) {
  answers = []
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TaskBoard
        assignment={at}
        user={7}
        clock={new ActiveClock()}
        faultKinds={kinds}
        standing={null}
        onSubmit={(answer) => answers.push(answer)}
      />
    </QueryClientProvider>,
  )
  await screen.findByText('第一句')
}

function press(...codes: string[]): void {
  for (const code of codes) {
    const key = code.replace(/^(Key|Digit)/, '').toLowerCase()
    const named = code.startsWith('Key') || code.startsWith('Digit') ? key : code
    fireEvent.keyDown(document.activeElement ?? document.body, { code, key: named })
  }
}

function select(first: Node | null, start: number, last: Node | null, end: number): void {
  const range = document.createRange()
  range.setStart(first as Node, start)
  range.setEnd(last as Node, end)
  document.getSelection()?.removeAllRanges()
  document.getSelection()?.addRange(range)
}

/** The text node of response A that comes behind its bold words. */
const plain = () => screen.getByText('𠮷对。第二句错。').firstChild
const bold = () => screen.getByText('第一句').firstChild
const submitted = async () => {
  press('Digit5', 'Digit4', 'Digit3')
  fireEvent.keyDown(document.activeElement ?? document.body, { code: 'Enter', key: 'Enter', ctrlKey: true })
  await waitFor(() => expect(answers).toHaveLength(1))
  return answers[0]?.faults
}

beforeEach(() => localStorage.clear())
afterEach(() => {
  document.getSelection()?.removeAllRanges()
  cleanup()
})

describe('a fault', () => {
  it('takes f, a digit and Enter, and counts characters of the text as it was delivered', async () => {
    await open()
    select(bold(), 1, plain(), 3)
    press('KeyF', 'Digit2')
    expect(screen.getByTestId('chooser')).toHaveTextContent('一句**𠮷对')
    press('Enter')
    expect(screen.queryByTestId('chooser')).toBeNull()
    expect(screen.getByTestId('faults-A')).toHaveTextContent('严重 · 格式问题 一句**𠮷对')
    expect(await submitted()).toEqual([{ response: 1, start: 3, end: 9, kind: 'format', severity: 'major', note: '' }])
  })

  it('has a severity and a note, in which letters and digits are text', async () => {
    await open()
    select(plain(), 0, plain(), 2)
    press('KeyF', 'Digit1', 'KeyE', 'KeyN')
    expect(screen.getByTestId('chooser-note')).toHaveFocus()
    press('KeyQ', 'Digit2')
    fireEvent.change(screen.getByTestId('chooser-note'), { target: { value: '年份不对' } })
    fireEvent.keyDown(screen.getByTestId('chooser-note'), { code: 'Enter', key: 'Process', keyCode: 229 })
    expect(screen.getByTestId('chooser')).toBeInTheDocument()
    press('Enter')
    expect(screen.getByTestId('faults-A')).toHaveTextContent('致命 · 事实错误 𠮷年份不对')
  })

  it('needs a kind, and scores nothing while it is asked for', async () => {
    await open()
    select(plain(), 0, plain(), 2)
    press('KeyF', 'Digit5', 'Enter')
    expect(screen.getByRole('alert')).toHaveTextContent('先选类型')
    expect(screen.getByTestId('score-A-5')).toHaveAttribute('aria-pressed', 'false')
    press('Escape')
    expect(screen.queryByTestId('chooser')).toBeNull()
    expect(screen.queryByTestId('faults-A')).toBeNull()
    expect(screen.getByTestId('response-A')).toHaveFocus()
  })

  it('may overlap another, and each can be changed and taken out', async () => {
    await open()
    select(plain(), 0, plain(), 4)
    press('KeyF', 'Digit1', 'Enter')
    select(plain(), 2, plain(), 6)
    press('KeyF', 'Digit2', 'Enter')
    const rows = () => within(screen.getByTestId('faults-A')).getAllByTestId('fault')
    expect(rows()).toHaveLength(2)
    fireEvent.click(screen.getAllByTestId('fault-edit')[1] as HTMLElement)
    press('KeyQ', 'Enter')
    expect(rows()[1]).toHaveTextContent('轻微 · 格式问题')
    rows()[0]?.focus()
    press('Delete')
    expect(await submitted()).toMatchObject([{ start: 8, kind: 'format', severity: 'minor' }])
  })

  it('lies in the first of several responses that a selection touches, and says so', async () => {
    await open()
    select(plain(), 4, screen.getByText('乙答：第一句。').firstChild, 3)
    press('KeyF')
    expect(screen.getByTestId('chooser')).toHaveTextContent('只取 A 中的部分')
    press('Digit1', 'Enter')
    expect(await submitted()).toMatchObject([{ response: 1, start: 10, end: 15 }])
  })

  it('is chosen from the keyboard alone, and read out', async () => {
    await open()
    press('KeyF')
    expect(screen.getByTestId('caret-status')).toHaveTextContent('第一句**𠮷对。')
    expect(screen.getByTestId('caret-help')).toBeInTheDocument()
    press('ArrowDown')
    expect(screen.getByTestId('caret-status')).toHaveTextContent('第二句错。')
    press('Digit5', 'BracketLeft', 'Enter')
    press('Digit1', 'Enter')
    expect(screen.queryByTestId('caret-help')).toBeNull()
    expect(await submitted()).toEqual([{ response: 1, start: 10, end: 14, kind: 'factual', severity: 'major', note: '' }])
  })

  it('leaves the choice with Esc, and the page with all its keys', async () => {
    await open()
    press('KeyF', 'Escape', 'Digit4')
    expect(screen.getByTestId('score-A-4')).toHaveAttribute('aria-pressed', 'true')
  })

  it('comes with a button where text was selected', async () => {
    await open()
    select(plain(), 0, plain(), 2)
    document.dispatchEvent(new Event('selectionchange'))
    fireEvent.click(await screen.findByTestId('mark-selection'))
    expect(screen.getByTestId('chooser')).toBeInTheDocument()
  })

  it('cannot be marked where there are no kinds of faults', async () => {
    await open([])
    select(plain(), 0, plain(), 2)
    press('KeyF')
    expect(screen.queryByTestId('chooser')).toBeNull()
    expect(screen.queryByTestId('caret-help')).toBeNull()
  })
})

describe('words', () => {
  const type = (value: string, init = {}) =>
    fireEvent.input(screen.getByTestId('find-input'), { target: { value }, ...init })

  it('are found in all responses, and gone to in turn', async () => {
    await open()
    press('Slash')
    expect(screen.getByTestId('find-input')).toHaveFocus()
    type('第一句')
    expect(screen.getByTestId('find-count')).toHaveTextContent('A 1 · B 1 · C 0 (1/2)')
    press('Enter')
    expect(screen.getByTestId('find-count')).toHaveTextContent('(2/2)')
    press('Enter')
    expect(screen.getByTestId('find-count')).toHaveTextContent('(1/2)')
    fireEvent.keyDown(screen.getByTestId('find-input'), { code: 'Enter', key: 'Enter', shiftKey: true })
    expect(screen.getByTestId('find-count')).toHaveTextContent('(2/2)')
    press('Escape')
    expect(screen.queryByTestId('find')).toBeNull()
    expect(screen.getByTestId('response-A')).toHaveFocus()
  })

  it('are not looked for before an input method has made them', async () => {
    await open()
    press('Slash')
    fireEvent.compositionStart(screen.getByTestId('find-input'))
    type('di', { isComposing: true })
    expect(screen.getByTestId('find-count')).toBeEmptyDOMElement()
    type('第', { isComposing: true })
    fireEvent.compositionEnd(screen.getByTestId('find-input'))
    expect(screen.getByTestId('find-count')).toHaveTextContent('A 2 · B 1 · C 0')
  })
})

describe('a text', () => {
  it('says what the bars in it stand for', async () => {
    await open()
    expect(within(screen.getByTestId('response-C')).getByTestId('mask-legend')).toHaveTextContent('为盲评隐去的模型名（1 处）')
    expect(screen.getAllByTestId('mask-legend')).toHaveLength(1)
  })
})
