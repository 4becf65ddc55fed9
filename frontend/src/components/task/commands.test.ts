import { afterEach, describe, expect, it } from 'vitest'
import { commandFor, type Command } from './commands'

function press(init: KeyboardEventInit & { keyCode?: number }, target: Element = document.body): Command | null {
  let command: Command | null = null
  const listener = (event: Event) => {
    command = commandFor(event as KeyboardEvent)
  }
  window.addEventListener('keydown', listener)
  target.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }))
  window.removeEventListener('keydown', listener)
  return command
}

function field(tag: 'textarea' | 'input'): HTMLElement {
  return document.body.appendChild(document.createElement(tag))
}

afterEach(() => document.body.replaceChildren())

describe('a key', () => {
  it('goes by its physical position, whatever character it would type', () => {
    expect(press({ code: 'KeyG', key: 'п' })).toEqual({ name: 'verdict', verdict: 'first' })
    expect(press({ code: 'Digit4', key: '$' })).toEqual({ name: 'score', score: 4 })
    expect(press({ code: 'Numpad0', key: 'Insert' })).toEqual({ name: 'score', score: 0 })
  })

  it('means nothing outside the scale', () => {
    expect(press({ code: 'Digit6', key: '6' })).toBeNull()
  })

  it.each([
    ['composing', { isComposing: true }],
    ['the key that ends a composition', { keyCode: 229 }],
    ['held down', { repeat: true }],
    ['with Ctrl', { ctrlKey: true }],
    ['with Cmd', { metaKey: true }],
    ['with Alt', { altKey: true }],
    ['with Shift', { shiftKey: true }],
  ])('means nothing: %s', (_, init) => {
    expect(press({ code: 'KeyX', key: 'x', ...init })).toBeNull()
  })

  it.each(['textarea', 'input'] as const)('means nothing inside a %s, except Ctrl or Cmd with Enter', (tag) => {
    expect(press({ code: 'KeyX', key: 'x' }, field(tag))).toBeNull()
    expect(press({ code: 'Digit3', key: '3' }, field(tag))).toBeNull()
    expect(press({ code: 'Enter', key: 'Enter', ctrlKey: true }, field(tag))).toEqual({ name: 'submit' })
    expect(press({ code: 'Enter', key: 'Enter', metaKey: true }, field(tag))).toEqual({ name: 'submit' })
  })

  it('never submits while composing', () => {
    const textarea = field('textarea')
    expect(press({ code: 'Enter', key: 'Enter', ctrlKey: true, isComposing: true }, textarea)).toBeNull()
    expect(press({ code: 'Enter', key: 'Process', ctrlKey: true, keyCode: 229 }, textarea)).toBeNull()
  })

  it('opens the help with a question mark', () => {
    expect(press({ code: 'Slash', key: '?', shiftKey: true })).toEqual({ name: 'help' })
    expect(press({ code: 'Slash', key: '/' })).toBeNull()
  })
})
