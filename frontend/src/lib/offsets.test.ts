import { beforeEach, describe, expect, it } from 'vitest'
import { rangeToSpan, runsIn, spanToRanges, toPoints, toUnits } from './offsets'

// **甲乙**丙 $x$ 丁: bold, text, a formula, text
const HTML = '<p><strong data-o="2">甲乙</strong><span data-o="6">丙 </span><span data-o="8" data-e="11"><b>𝑥</b></span><span data-o="11"> 丁</span></p>\n'

let frame: HTMLElement
beforeEach(() => {
  document.body.innerHTML = `<main>${HTML}</main>`
  frame = document.querySelector('main') as HTMLElement
})

function range(from: string, start: number, to: string, end: number): Range {
  const node = (selector: string) => frame.querySelector(selector)?.firstChild as Node
  const made = document.createRange()
  made.setStart(node(from), start)
  made.setEnd(node(to), end)
  return made
}

function wordsOf({ startContainer, startOffset, endContainer, endOffset }: StaticRange): string {
  const made = document.createRange()
  made.setStart(startContainer, startOffset)
  made.setEnd(endContainer, endOffset)
  return made.toString()
}

describe('a range of the page', () => {
  it('is the passage from its first to its last character, with the marks between', () => {
    expect(rangeToSpan(frame, range('strong', 1, '[data-o="6"]', 1))).toEqual({ start: 3, end: 7 })
  })

  it('takes all of a formula that it touches', () => {
    expect(rangeToSpan(frame, range('[data-o="6"]', 1, 'b', 1))).toEqual({ start: 7, end: 11 })
    expect(rangeToSpan(frame, range('b', 0, 'b', 1))).toEqual({ start: 8, end: 11 })
  })

  it('may begin and end between elements', () => {
    const whole = document.createRange()
    whole.selectNodeContents(frame)
    expect(rangeToSpan(frame, whole)).toEqual({ start: 2, end: 13 })
  })

  it('is nothing where it covers no character', () => {
    expect(rangeToSpan(frame, range('strong', 1, 'strong', 1))).toBeNull()
    expect(rangeToSpan(frame, range('strong', 2, '[data-o="6"]', 0))).toBeNull()
    document.body.append('外')
    const outside = document.createRange()
    outside.selectNode(document.body.lastChild as Node)
    expect(rangeToSpan(frame, outside)).toBeNull()
  })
})

describe('a passage', () => {
  const words = (start: number, end: number) => spanToRanges(runsIn(frame), { start, end }).map(wordsOf)

  it('is found on the page in parts, a formula as a whole', () => {
    expect(words(3, 12)).toEqual(['乙', '丙 ', '𝑥', ' '])
    expect(words(9, 10)).toEqual(['𝑥'])
  })

  it('is found nowhere where only marks stand', () => {
    expect(words(0, 2)).toEqual([])
    expect(words(4, 6)).toEqual([])
    expect(words(13, 20)).toEqual([])
  })

  it('comes back the same from the page', () => {
    for (const span of [{ start: 2, end: 4 }, { start: 3, end: 7 }, { start: 6, end: 13 }]) {
      const ranges = spanToRanges(runsIn(frame), span)
      const [first, last] = [ranges[0] as StaticRange, ranges.at(-1) as StaticRange]
      const whole = document.createRange()
      whole.setStart(first.startContainer, first.startOffset)
      whole.setEnd(last.endContainer, last.endOffset)
      expect(rangeToSpan(frame, whole)).toEqual(span)
    }
  })
})

describe('characters and units', () => {
  const text = 'a𠮷👨‍👩b'

  it('are told apart, both ways', () => {
    const span = { start: text.indexOf('👨'), end: text.indexOf('b') }
    expect(toPoints(text, span)).toEqual({ start: 2, end: 5 })
    expect(toUnits(text, { start: 2, end: 5 })).toEqual(span)
  })

  it('are never cut', () => {
    expect(toPoints(text, { start: 2, end: 4 })).toEqual({ start: 1, end: 3 })
  })
})
