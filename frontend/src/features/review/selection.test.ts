import { beforeEach, describe, expect, it } from 'vitest'
import { selectedSpan, storedPlace } from './selection'

/** Selects from `start` to `end` (places in the text nodes given) inside the response that the page shows. */
function select(html: string, from: string, start: number, to: string, end: number) {
  document.body.innerHTML = `<div data-response="5">${html}</div>`
  const node = (selector: string) => {
    const found = document.querySelector(selector)?.firstChild
    if (!found) throw new Error(selector)
    return found
  }
  const range = document.createRange()
  range.setStart(node(from), start)
  range.setEnd(node(to), end)
  const selection = window.getSelection()
  selection?.removeAllRanges()
  selection?.addRange(range)
}

beforeEach(() => window.getSelection()?.removeAllRanges())

describe('selected text', () => {
  const responses = [{ id: 5, text: '第一𠮷句。第二句。' }]

  it('is a place in characters of the stored text, however its markup cuts it', () => {
    select('<span>第一𠮷句。</span><mark>第二句。</mark>', 'span', 2, 'mark', 2)
    const span = selectedSpan(responses)
    expect(span).toEqual({ response: 5, start: 2, end: 7 })
    expect(Array.from(responses[0]?.text ?? '').slice(span?.start, span?.end).join('')).toBe('𠮷句。第二')
  })

  it('counts a character that the page names as the one it stands for', () => {
    select('<span>甲‹U+200B›乙丙</span>', 'span', 9, 'span', 10)
    expect(selectedSpan([{ id: 5, text: '甲\u200b乙丙' }])).toEqual({ response: 5, start: 2, end: 3 })
    expect(storedPlace('甲\u200b乙', 9)).toBe(2)
  })

  it('is found in formatted text where it stands once, and not where it may be either of two', () => {
    const text = '**结论**是对的，理由是错的。'
    select('<p>结论是对的，理由是错的。</p>', 'p', 6, 'p', 8)
    expect(selectedSpan([{ id: 5, text }])).toEqual({ response: 5, start: 10, end: 12 })
    select('<p>结论是对的，理由是错的。</p>', 'p', 2, 'p', 3)
    expect(selectedSpan([{ id: 5, text }])).toBeNull()
  })

  it('is nothing where nothing is selected, or outside a response', () => {
    expect(selectedSpan(responses)).toBeNull()
    select('<span>第一𠮷句。第二句。</span>', 'span', 0, 'span', 2)
    document.querySelector('[data-response]')?.removeAttribute('data-response')
    expect(selectedSpan(responses)).toBeNull()
  })
})
