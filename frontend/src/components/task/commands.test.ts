import { afterEach, describe, expect, it } from 'vitest'
import { commandFor, HELP, type Command } from './commands'

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
    expect(press({ code: 'Slash', key: '/' })).toEqual({ name: 'find' })
  })

  it('with Shift goes the other way through the pairs', () => {
    expect(press({ code: 'KeyD', key: 'd' })).toEqual({ name: 'diff' })
    expect(press({ code: 'KeyD', key: 'D', shiftKey: true })).toEqual({ name: 'diffBack' })
  })

  it('works on after a click on a checkbox', () => {
    const box = field('input') as HTMLInputElement
    box.type = 'checkbox'
    expect(press({ code: 'KeyX', key: 'x' }, box)).toEqual({ name: 'discard' })
  })
})

describe('an input method', () => {
  const G = { code: 'KeyG', key: 'Process', keyCode: 229 }

  it('that is on but has nothing to write into leaves the keys what they are', () => {
    expect(press(G)).toEqual({ name: 'verdict', verdict: 'first' })
    expect(press({ code: 'Enter', key: 'Process', keyCode: 229, ctrlKey: true })).toEqual({ name: 'submit' })
    expect(press({ code: '', key: 'Unidentified', keyCode: 229 })).toBeNull()
  })

  it('keeps every key of a composition, from the one that begins it to the one that ends it', () => {
    const textarea = field('textarea')
    const compose = (type: string) => textarea.dispatchEvent(new CompositionEvent(type, { bubbles: true }))
    const enter = { code: 'Enter', key: 'Enter', ctrlKey: true }
    const said = [press(G, textarea)]
    compose('compositionstart')
    said.push(press({ ...G, isComposing: true }, textarea), press({ ...enter, isComposing: true }, textarea))
    compose('compositionend')
    // Safari: the Enter that ends a composition comes after compositionend, with nothing but its keyCode to tell.
    said.push(press({ ...enter, keyCode: 229 }, textarea))
    expect(said).toEqual([null, null, null, null])
    expect(press(enter, textarea)).toEqual({ name: 'submit' })
  })
})

describe('the help', () => {
  const CODES: Record<string, string> = { '/': 'Slash', '-': 'Minus', '=': 'Equal', '[': 'BracketLeft', ']': 'BracketRight', Esc: 'Escape' }
  const codeOf = (cap: string) => CODES[cap] ?? (/^[a-z]$/.test(cap) ? `Key${cap.toUpperCase()}` : null)

  it('promises every letter and sign that does something, and no other', () => {
    const promised = HELP.flatMap(([, rows]) => rows)
      .filter(([keys, label]) => !keys.includes('Ctrl/⌘') && label !== 'draft')
      .flatMap(([keys]) => keys.map((cap) => ({ code: codeOf(cap), shiftKey: keys.includes('Shift') })))
      .flatMap(({ code, shiftKey }) => (code ? [`${code} ${shiftKey}`] : []))
    const letters = Array.from({ length: 26 }, (_, i) => `Key${String.fromCharCode(65 + i)}`)
    const presses = [...letters, ...Object.values(CODES)].flatMap((code) => [`${code} false`, `${code} true`])
    const doing = presses.filter((name) => {
      const [code, shift] = name.split(' ')
      return press({ code, key: 'x', shiftKey: shift === 'true' })
    })
    // Shift with the slash is the question mark, under its own cap.
    expect([...promised, 'Slash true'].sort()).toEqual(doing.sort())
  })
})
