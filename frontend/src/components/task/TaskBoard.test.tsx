import type { Answer, Assignment } from '@/api/assignments'
import { letterAt } from '@/lib/hues'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ActiveClock } from './activeClock'
import { TaskBoard } from './TaskBoard'

const FIVE = ['天是蓝的。', '天是灰的。', '海是蓝的，很深。', '完全不同的一句话', '天是蓝的。']
const GUIDELINE = '# 写作\n\n不得编造事实。\n\n引用**须**可查，编造的引用记 0 分。'

let answers: { answer: Answer; order: string }[]

function assignment(texts: readonly string[]): Assignment {
  return {
    id: 3,
    token: 1,
    lease_expires_at: '2026-01-01T00:00:00Z',
    project: 1,
    category: { id: 5, path: ['写作', '公文'] },
    prompt: { number: 1003, text: '说说天', system: '' },
    responses: texts.map((text, i) => ({ id: i + 1, text, masks: [] })),
    guideline_version: 1,
    returned: null,
    previous: null,
    draft: null,
  }
}

/** The guideline and the categories; drafts are taken as they come. */
function serve(): void {
  const category = (id: number, path: string[], has_guideline: boolean) => ({ id, path, has_guideline })
  const guideline = { category: { id: 5, path: [] }, version: 1, text: GUIDELINE, inherited_from: ['写作'], versions: [], previous: null, read: true }
  vi.stubGlobal('fetch', (call: Request) => {
    const body = call.url.endsWith('/categories')
      ? { results: [category(5, ['写作', '公文'], false), category(4, ['写作'], true), category(6, ['数学'], false)] }
      : call.url.endsWith('/guideline')
        ? { ...guideline, text: call.url.includes('/4/') ? '上一级的指南' : GUIDELINE }
        : { version: 1, saved_at: '2026-01-01T00:00:00Z' }
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }))
  })
}

function open(texts: readonly string[] = FIVE.slice(0, 3), onUndoSubmit?: () => void): void {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TaskBoard
        assignment={assignment(texts)}
        user={7}
        clock={new ActiveClock()}
        standing={null}
        onSubmit={(answer, order) => answers.push({ answer, order })}
        onUndoSubmit={onUndoSubmit}
      />
    </QueryClientProvider>,
  )
}

const CODES: Record<string, string> = { submit: 'Enter', '?': 'Slash' }

/** Presses keys where the focus is; an upper-case letter is pressed with Shift. */
function press(...keys: string[]): void {
  for (const key of keys) {
    const code = CODES[key] ?? (/\d/.test(key) ? `Digit${key}` : key.length === 1 ? `Key${key.toUpperCase()}` : key)
    const shiftKey = /^[A-Z?]$/.test(key)
    const init = key === 'submit' ? { code, key: 'Enter', ctrlKey: true } : { key, code, shiftKey }
    fireEvent.keyDown(document.activeElement ?? document.body, init)
  }
}

const order = () => screen.getByTestId('order').dataset.order
const shown = (testid: string) => screen.findByTestId(testid)

beforeEach(() => {
  localStorage.clear()
  answers = []
  serve()
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('a task of five responses', () => {
  it('is ordered as one of three is', () => {
    open(FIVE)
    press('3', '4', '3', '1', '3')
    expect(order()).toBe('B > A ? C ? E > D')
    expect(screen.getByTestId('question').dataset.pair).toBe('AC')
    press('g', 's')
    expect(order()).toBe('B > A > C = E > D')
    press('submit')
    expect(answers[0]?.answer.order).toEqual([[2], [1], [3, 5], [4]])
  })

  it('has all ten pairs to compare, one after the other and back', async () => {
    open(FIVE)
    press('d')
    await shown('diff')
    const pressed = () => within(screen.getByTestId('diff')).getAllByRole('button', { pressed: true })[0]?.dataset.testid
    const seen = Array.from({ length: 10 }, () => [pressed(), press('d')][0])
    expect(new Set(seen).size).toBe(10)
    expect(pressed()).toBe('diff-AB')
    press('D')
    expect(pressed()).toBe('diff-DE')
  })
})

describe('none acceptable', () => {
  it('is a mark of its own, handed in with the order', () => {
    open()
    press('3', '2', '1', 'u')
    expect(screen.getByTestId('none')).toHaveAttribute('aria-pressed', 'true')
    expect(screen.getByTestId('none-acceptable')).toHaveTextContent('都不可接受')
    press('submit')
    expect(answers[0]).toMatchObject({ order: 'A > B > C', answer: { none_acceptable: true, scores: { 1: 3, 2: 2, 3: 1 } } })
  })

  it('against a score of 4 is not handed in; one key changes the scores and keeps the order', () => {
    open()
    press('4', '5', '1', 'u', 'submit')
    expect(screen.getByTestId('problem')).toHaveTextContent('矛盾')
    expect(screen.getByTestId('acceptable-contradiction')).toHaveTextContent('A 4→3 · B 5→3')
    press('o')
    expect(order()).toBe('B > A > C')
    press('submit')
    expect(answers[0]?.answer).toMatchObject({ none_acceptable: true, scores: { 1: 3, 2: 3, 3: 1 }, order: [[2], [1], [3]] })
  })
})

describe('facts checked', () => {
  it('take a pasted address, and go on to the note and the next row with Enter', async () => {
    const user = userEvent.setup()
    open()
    press('5', '3', '1', 'e')
    await waitFor(() => expect(screen.getByTestId('evidence-url-1')).toHaveFocus())
    await user.paste(' https://example.com/a \n')
    await user.keyboard('{Enter}属实{Enter}')
    expect(screen.getByTestId('evidence-url-2')).toHaveFocus()
    expect(screen.getByTestId('evidence-open-1')).toHaveAttribute('rel', 'noopener noreferrer nofollow')
    press('submit')
    expect(answers[0]?.answer.evidence).toEqual([{ url: 'https://example.com/a', note: '属实' }])
  })

  it('name a wrong address at its field and in the bar, lose nothing, and are not handed in with it', async () => {
    const user = userEvent.setup()
    open()
    press('5', '3', '1', 'e')
    await user.click(await shown('evidence-url-1'))
    await user.keyboard('javascript:alert(1){Enter}说明')
    expect(screen.getByTestId('evidence-error-1')).toBeVisible()
    expect(screen.getByTestId('evidence-url-1')).toHaveAttribute('aria-invalid', 'true')
    expect(screen.queryByTestId('evidence-open-1')).toBeNull()
    press('submit')
    expect(answers).toEqual([])
    expect(screen.getByTestId('problem')).toHaveTextContent('第 1 条')
    expect(screen.getByTestId('evidence-note-1')).toHaveValue('说明')
  })

  it('are removed by their button or by emptying them, and say nothing when blank', async () => {
    const user = userEvent.setup()
    open()
    press('5', '3', '1', 'e')
    await user.click(await shown('evidence-note-1'))
    await user.keyboard('一{Enter}')
    await user.click(screen.getByTestId('evidence-note-2'))
    await user.keyboard('二{Enter}')
    await user.click(screen.getByTestId('evidence-remove-1'))
    expect(screen.getByTestId('evidence-note-1')).toHaveValue('二')
    await user.clear(screen.getByTestId('evidence-note-1'))
    await user.keyboard('{Escape}')
    expect(screen.queryByTestId('evidence-remove-1')).toBeNull()
    press('submit')
    expect(answers[0]?.answer.evidence).toEqual([])
  })

  it('keep the cursor where it goes from a row that was emptied', async () => {
    const user = userEvent.setup()
    open()
    press('e')
    await user.click(await shown('evidence-note-1'))
    await user.keyboard('一{Enter}')
    await user.clear(screen.getByTestId('evidence-note-1'))
    await user.keyboard('{Enter}5')
    expect(screen.getByTestId('evidence-url-2')).toHaveFocus()
    expect(screen.getByTestId('evidence-url-2')).toHaveValue('5')
    await user.keyboard('{Escape}')
    expect(screen.getByTestId('evidence-url-1')).toHaveValue('5')
  })

  it('leave Escape to the input method while it composes, then lead back to the response, then close', async () => {
    open()
    press('e')
    const field = await shown('evidence-url-1')
    await waitFor(() => expect(field).toHaveFocus())
    fireEvent.keyDown(field, { key: 'Escape', code: 'Escape', keyCode: 229 })
    fireEvent.keyDown(field, { key: 'Enter', code: 'Enter', isComposing: true })
    expect(field).toHaveFocus()
    press('Escape')
    expect(screen.getByTestId('response-A')).toHaveFocus()
    press('Escape')
    expect(screen.queryByTestId('evidence')).toBeNull()
  })
})

describe('two responses compared', () => {
  const marks = (kind: 'a' | 'b') =>
    [...screen.getByTestId('diff').querySelectorAll(`[data-testid^="diff-inline"] [data-only="${kind}"]`)].map((mark) => mark.textContent)

  it('are one text with what only one says marked, by character or by word', async () => {
    open()
    press('d')
    expect(await shown('diff-summary')).toHaveTextContent('A 与 B 相同 80.0%')
    expect([marks('a'), marks('b')]).toEqual([['蓝'], ['灰']])
    press('w')
    expect(localStorage.getItem('cheems.workbench.diffUnit')).toBe('word')
    press('l')
    expect(screen.getByTestId('text-diff-a')).toHaveTextContent('天是蓝的。')
    expect(screen.getByTestId('text-diff-b')).toHaveTextContent('天是灰的。')
  })

  it('open at the pair whose order is asked', async () => {
    open()
    press('5', '3', '3', 'd')
    expect(await shown('diff-summary')).toHaveTextContent('B 与 C')
  })

  it('are called identical or unrelated in words', async () => {
    open([FIVE[0] as string, FIVE[4] as string, FIVE[3] as string])
    press('d')
    expect(await shown('diff-summary')).toHaveTextContent('A 与 B 完全相同')
    press('d')
    expect(screen.getByTestId('diff-summary')).toHaveTextContent('A 与 C 几乎没有相同之处')
  })

  it('when long are compared after the panel is there', async () => {
    const long = '甲乙丙丁。'.repeat(300)
    open([long, `${long}尾`, '短'])
    press('d')
    await waitFor(() => expect(screen.getByTestId('diff-summary')).toHaveTextContent('A 与 B 相同 99.9%'))
    expect(marks('b')).toEqual(['尾'])
  })
})

describe('the guideline', () => {
  it('is searched across its markup, hit by hit', async () => {
    const user = userEvent.setup()
    open()
    press('m')
    await screen.findByText(/不得编造事实/)
    expect(document.activeElement).not.toHaveAttribute('data-testid', 'guideline-search')
    press('M')
    await user.keyboard('编造')
    const hits = () => screen.getByTestId('guideline-hits').textContent
    expect(hits()).toBe('1 / 2')
    await user.keyboard('{Enter}')
    expect(hits()).toBe('2 / 2')
    await user.keyboard('{Enter}')
    expect(hits()).toBe('1 / 2')
    await user.clear(screen.getByTestId('guideline-search'))
    await user.keyboard('引用须可查')
    expect(hits()).toBe('1 / 1')
    expect(order()).toBe('')
  })

  it("shows another category's, and says what the task's own is inherited from", async () => {
    open()
    press('m')
    expect(await screen.findByText(/沿用自 写作/)).toBeVisible()
    const choice = await shown('guideline-category')
    expect(within(choice).getAllByRole('option').map(({ textContent }) => textContent)).toEqual(['写作 / 公文', '写作'])
    fireEvent.change(choice, { target: { value: '4' } })
    expect(await screen.findByText('上一级的指南')).toBeVisible()
  })
})

describe('a chip of the order', () => {
  it('brings its response into view when it is pointed at or focused', () => {
    open()
    const scrolled = vi.spyOn(Element.prototype, 'scrollIntoView')
    const chip = screen.getByTestId(`chip-${letterAt(2)}`)
    act(() => chip.focus())
    fireEvent.mouseEnter(chip)
    expect(scrolled.mock.contexts).toEqual([screen.getByTestId('response-C'), screen.getByTestId('response-C')])
  })
})

describe('a chip carried by keys', () => {
  const told = () => screen.getByTestId('carried').textContent
  const overs = () => [...document.querySelectorAll('[data-over]')].map((element) => element.getAttribute('data-testid'))
  const carry = (letter: string, ...keys: string[]) => {
    act(() => screen.getByTestId(`chip-${letter}`).focus())
    press('Space', ...keys)
  }

  it('goes one target a press, however fast the presses follow, and keeps the focus where it is put down', () => {
    open()
    press('5', '3', '1')
    carry('C', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowUp', 'ArrowLeft', 'Space')
    expect(order()).toBe('C > A > B')
    expect(screen.getByTestId('chip-C')).toHaveFocus()
    carry('C', 'ArrowRight', 'ArrowDown', 'Enter')
    expect(order()).toBe('A = C > B')
    expect(told()).toBe('回答 C 已放在：与第 2 位并列')
    expect(screen.getByTestId('chip-C')).toHaveFocus()
  })

  it('is said and shown on every target, and goes no further than the last', () => {
    open()
    press('5', '3')
    carry('C')
    expect([told(), overs()]).toEqual(['已拿起回答 C 回答 C：原处', ['tray']])
    expect(screen.getByTestId('chip-C')).toHaveAttribute('aria-pressed', 'true')
    press('ArrowRight')
    expect(overs()).toEqual(['tray'])
    press('ArrowLeft', 'ArrowLeft')
    expect([told(), screen.getByTestId('slot-1').textContent]).toEqual(['回答 C：与第 2 位并列', expect.stringMatching(/=C$/)])
    press('ArrowRight')
    expect([told(), overs()]).toEqual(['回答 C：第 3 个空位', ['gap-2']])
    press(...Array.from({ length: 9 }, () => 'ArrowLeft'))
    expect([told(), overs()]).toEqual(['回答 C：第 1 个空位', ['gap-0']])
    expect(screen.getByTestId('chip-C')).toHaveFocus()
    press('Enter')
    expect(order()).toBe('C > A > B')
  })

  it('stays where it was after Escape, when the focus goes, and when it is put down where it stood', () => {
    open()
    press('5', '3', '1')
    carry('C', 'ArrowLeft', 'ArrowLeft', 'Escape')
    expect([order(), told(), overs()]).toEqual(['A > B > C', '已取消，回答 C 留在原处', []])
    carry('C', 'ArrowLeft', 'ArrowLeft')
    act(() => screen.getByTestId('chip-A').focus())
    expect([order(), told(), overs()]).toEqual(['A > B > C', '已取消，回答 C 留在原处', []])
    carry('C', 'ArrowLeft', 'ArrowRight', 'Space')
    expect([order(), told()]).toEqual(['A > B > C', '回答 C 已放在：原处'])
    fireEvent.keyDown(document.activeElement as Element, { code: 'KeyZ', key: 'z', ctrlKey: true })
    expect(order()).toBe('A > B')
  })

  it('is let go when the order changes under it', () => {
    open()
    press('5', '3', '1')
    carry('C', 'ArrowLeft', 'ArrowLeft', '4')
    expect(overs()).toEqual([])
    expect(order()).toBe('A > C > B')
  })

  it('is neither picked up by a held key or a handed-in answer, nor in the way of the arrows', () => {
    open()
    press('5', '3', '1')
    const chip = screen.getByTestId('chip-C')
    act(() => chip.focus())
    fireEvent.keyDown(chip, { code: 'Space', key: ' ', repeat: true })
    expect(told()).toBe('')
    press('ArrowLeft')
    expect(screen.getByTestId('response-B')).toHaveFocus()
    act(() => chip.focus())
    press('submit')
    expect(told()).toBe('')
    expect(answers[0]?.order).toBe('A > B > C')
  })
})

describe('undo', () => {
  it('held down ends with the task: only a press of its own takes a submission back', () => {
    const undoSubmit = vi.fn()
    open(undefined, undoSubmit)
    press('5', '3')
    const undo = (repeat: boolean) =>
      fireEvent.keyDown(document.activeElement ?? document.body, { code: 'KeyZ', key: 'z', ctrlKey: true, repeat })
    undo(false)
    undo(true)
    undo(true)
    expect([order(), undoSubmit.mock.calls.length]).toEqual(['', 0])
    undo(false)
    expect(undoSubmit).toHaveBeenCalledTimes(1)
  })
})

describe('the help', () => {
  it('lists the keys by what they are for, without those that mean nothing here', async () => {
    open()
    press('?')
    const help = await shown('help')
    expect(within(help).getAllByRole('heading').map(({ textContent }) => textContent)).toEqual(['评分与排序', '阅读', '标错与查证', '其他'])
    expect(help).not.toHaveTextContent('跳过并说明原因')
    press('5', 'submit')
    expect(order()).toBe('')
  })
})
