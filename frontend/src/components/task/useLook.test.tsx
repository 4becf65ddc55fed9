import { act, cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { shade } from '@/lib/theme'
import type { Command } from './commands'
import { PromptHandle } from './PromptHandle'
import { useLook } from './useLook'
import { useSyncScroll } from './useSyncScroll'

beforeEach(() => localStorage.clear())
afterEach(cleanup)

function look() {
  const { result } = renderHook(useLook)
  const press = (...commands: Command[]) =>
    commands.forEach((command) => act(() => void result.current.act(command)))
  return { read: () => result.current, press }
}

const times = (count: number, command: Command) => Array.from({ length: count }, () => command)

describe('the look', () => {
  it('begins with columns of 42 characters of 16 pixels, the prompt open, nothing raw or in step', () => {
    const { view, raw, promptOpen, sync, style } = look().read()
    expect({ view, raw, promptOpen, sync }).toEqual({ view: 'columns', raw: false, promptOpen: true, sync: false })
    expect(style).toEqual({ '--text-size': '16px', '--text-measure': 42 })
  })

  it('is remembered, all of it', () => {
    const first = look()
    first.press(
      { name: 'view' },
      { name: 'raw' },
      { name: 'prompt' },
      { name: 'sync' },
      ...times(2, { name: 'font', step: 1 }),
      { name: 'width', step: -1 },
    )
    const { view, raw, promptOpen, sync, style } = look().read()
    expect({ view, raw, promptOpen, sync }).toEqual({ view: 'stacked', raw: true, promptOpen: false, sync: true })
    expect(style).toEqual({ '--text-size': '18px', '--text-measure': 40 })
  })

  it('keeps size and width within their bounds, whatever is pressed or was stored', () => {
    const one = look()
    one.press(...times(20, { name: 'font', step: 1 }), ...times(20, { name: 'width', step: 1 }))
    expect(one.read()).toMatchObject({ fontSize: 22, measure: 60 })
    one.press(...times(20, { name: 'font', step: -1 }), ...times(20, { name: 'width', step: -1 }))
    expect(one.read()).toMatchObject({ fontSize: 14, measure: 32 })
    localStorage.setItem('cheems.workbench.fontSize', '900')
    localStorage.setItem('cheems.workbench.measure', 'wide')
    expect(look().read()).toMatchObject({ fontSize: 22, measure: 42 })
  })

  it('stacks on a narrow page without forgetting that columns were wanted', () => {
    vi.spyOn(window, 'matchMedia').mockImplementation(
      (media) => Object.assign(new EventTarget(), { media, matches: true }) as MediaQueryList,
    )
    const narrow = look()
    narrow.press({ name: 'view' })
    expect(narrow.read()).toMatchObject({ view: 'stacked', mayHaveColumns: false })
    vi.restoreAllMocks()
    expect(look().read().view).toBe('columns')
  })

  it('changes the shade of the whole site', () => {
    const before = shade()
    const one = look()
    one.press({ name: 'theme' })
    expect(shade()).not.toBe(before)
    one.press({ name: 'theme' })
    expect(shade()).toBe(before)
  })

  it('leaves other commands to others', () => {
    expect(look().read().act({ name: 'submit' })).toBe(false)
  })
})

describe('columns that scroll together', () => {
  function Columns({ on, lengths }: { on: boolean; lengths: readonly number[] }) {
    return (
      <div data-testid="columns" {...useSyncScroll(on)}>
        {lengths.map((length, index) => (
          <div
            key={index}
            data-testid={`column-${index}`}
            ref={(element) => {
              if (!element) return
              Object.defineProperty(element, 'scrollHeight', { configurable: true, value: length })
              Object.defineProperty(element, 'clientHeight', { configurable: true, value: 100 })
            }}
          >
            <div data-testid={`table-${index}`} />
          </div>
        ))}
      </div>
    )
  }
  const scroll = (testid: string, top: number) => {
    const element = screen.getByTestId(testid)
    element.scrollTop = top
    fireEvent.scroll(element)
  }
  const tops = () => [0, 1, 2].map((index) => screen.getByTestId(`column-${index}`).scrollTop)

  it('keep the same share of their own lengths', () => {
    render(<Columns on lengths={[1100, 600, 100]} />)
    scroll('column-0', 500)
    expect(tops()).toEqual([500, 250, 0])
  })

  it('do not answer the scrolling they caused themselves', () => {
    render(<Columns on lengths={[1100, 433, 100]} />)
    scroll('column-0', 501)
    const caused = tops()
    fireEvent.scroll(screen.getByTestId('column-1'))
    expect(tops()).toEqual(caused)
    scroll('column-1', 0)
    expect(tops()).toEqual([0, 0, 0])
  })

  it('stay apart unless asked, and when a table inside one of them scrolls', () => {
    const { rerender } = render(<Columns on={false} lengths={[1100, 600, 100]} />)
    scroll('column-0', 500)
    expect(tops()).toEqual([500, 0, 0])
    rerender(<Columns on lengths={[1100, 600, 100]} />)
    scroll('table-1', 30)
    expect(tops()).toEqual([500, 0, 0])
  })
})

describe('the lower edge of the prompt', () => {
  function edge(height: number) {
    const onResize = vi.fn<(height: number) => void>()
    const range = { min: 48, max: 600 }
    render(<PromptHandle controls="prompt" height={height} range={range} measured={() => 90} onResize={onResize} />)
    return { handle: screen.getByRole('separator'), onResize }
  }

  it('says where it stands', () => {
    const { handle } = edge(240)
    expect(handle).toHaveAttribute('aria-valuenow', '240')
    expect(handle).toHaveAttribute('aria-valuemin', '48')
    expect(handle).toHaveAttribute('aria-valuemax', '600')
    expect(handle).toHaveAccessibleName()
  })

  it.each([
    ['ArrowDown', 264],
    ['ArrowUp', 216],
    ['Home', 48],
    ['End', 600],
  ])('moves on %s', (key, height) => {
    const { handle, onResize } = edge(240)
    expect(fireEvent.keyDown(handle, { key })).toBe(false)
    expect(onResize).toHaveBeenLastCalledWith(height)
  })

  it('leaves other keys to the workbench', () => {
    const { handle, onResize } = edge(240)
    expect(fireEvent.keyDown(handle, { key: '4' })).toBe(true)
    expect(onResize).not.toHaveBeenCalled()
  })

  it('follows the pointer from the height on the page until it is let go', () => {
    const { handle, onResize } = edge(240)
    handle.setPointerCapture = () => undefined
    fireEvent.pointerDown(handle, { clientY: 300, pointerId: 1 })
    fireEvent.pointerMove(handle, { clientY: 350, pointerId: 1 })
    expect(onResize).toHaveBeenLastCalledWith(140)
    fireEvent.pointerUp(handle, { pointerId: 1 })
    fireEvent.pointerMove(handle, { clientY: 400, pointerId: 1 })
    expect(onResize).toHaveBeenCalledTimes(1)
  })
})
