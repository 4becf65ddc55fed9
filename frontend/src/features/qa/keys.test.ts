import { describe, expect, it } from 'vitest'
import { commandFor } from './keys'

function press(init: KeyboardEventInit, html = '<div></div>') {
  document.body.innerHTML = html
  let command: ReturnType<typeof commandFor> = null
  const listen = (event: KeyboardEvent) => {
    command = commandFor(event)
  }
  window.addEventListener('keydown', listen, { once: true })
  document.body.firstElementChild?.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }))
  return command
}

describe('keys of the QA item', () => {
  it('go by the physical key, whatever letter an input method or layout makes of it', () => {
    expect(press({ code: 'KeyJ', key: 'Process' })).toEqual({ name: 'move', step: 1 })
    expect(press({ code: 'KeyK', key: 'л' })).toEqual({ name: 'move', step: -1 })
    expect(press({ code: 'ArrowDown' })).toEqual({ name: 'move', step: 1 })
  })

  it('take a verdict with 1 and 2, and open the others with 3', () => {
    expect(press({ code: 'Digit1' })).toEqual({ name: 'takePass', index: 0 })
    expect(press({ code: 'Numpad2' })).toEqual({ name: 'takePass', index: 1 })
    expect(press({ code: 'Digit3' })).toEqual({ name: 'other' })
    expect(press({ code: 'KeyS' })).toEqual({ name: 'verdict', verdict: 'equal' })
  })

  it('mean nothing while an input method composes', () => {
    expect(press({ code: 'Enter', isComposing: true })).toBeNull()
    expect(press({ code: 'Enter', ctrlKey: true, keyCode: 229 }, '<textarea></textarea>')).toBeNull()
    expect(press({ code: 'Digit1', isComposing: true })).toBeNull()
  })

  it('mean nothing inside a text field, except Ctrl+Enter', () => {
    expect(press({ code: 'Digit1' }, '<textarea></textarea>')).toBeNull()
    expect(press({ code: 'Enter' }, '<textarea></textarea>')).toBeNull()
    expect(press({ code: 'Enter', ctrlKey: true }, '<textarea></textarea>')).toEqual({ name: 'confirm' })
  })

  it('leave Enter on a button to the button', () => {
    expect(press({ code: 'Enter' }, '<button></button>')).toBeNull()
    expect(press({ code: 'Enter' })).toEqual({ name: 'confirm' })
  })

  it("leave the browser's own shortcuts alone", () => {
    expect(press({ code: 'KeyB', ctrlKey: true })).toBeNull()
    expect(press({ code: 'Digit1', altKey: true })).toBeNull()
  })
})
