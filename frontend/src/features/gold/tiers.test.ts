import { describe, expect, it } from 'vitest'
import { numbersOf, orderOf, tierCommand } from './tiers'

const press = (init: KeyboardEventInit, target: Element = document.body) => {
  const event = new KeyboardEvent('keydown', init)
  Object.defineProperty(event, 'target', { value: target })
  return tierCommand(event)
}

describe('an order made of tier numbers', () => {
  it('is none while a response has no number', () => {
    expect(orderOf([7, 8, 9], { 7: 1, 9: 2 })).toBeNull()
    expect(orderOf([], {})).toBeNull()
  })

  it('puts equal numbers together and closes the gaps between numbers', () => {
    expect(orderOf([7, 8, 9], { 7: 5, 8: 2, 9: 5 })).toEqual([[8], [7, 9]])
  })

  it('comes back from the tiers of a ranking', () => {
    const tiers = [[3], [1, 4], [2]]
    expect(orderOf([1, 2, 3, 4], numbersOf(tiers))).toEqual(tiers)
  })
})

describe('keys', () => {
  it('go by physical key, on both blocks of digits', () => {
    expect(press({ code: 'Digit3', key: '#' })).toEqual({ tier: 3 })
    expect(press({ code: 'Numpad3' })).toEqual({ tier: 3 })
    expect(press({ code: 'Digit0' })).toBeNull()
  })

  it('are letters in a text field, but for the one that submits', () => {
    const field = document.createElement('textarea')
    expect(press({ code: 'Digit3' }, field)).toBeNull()
    expect(press({ code: 'Enter', ctrlKey: true }, field)).toBe('submit')
  })
})
