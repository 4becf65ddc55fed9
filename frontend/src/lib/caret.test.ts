import { describe, expect, it } from 'vitest'
import { firstSentence, moveCaret, sentencesOf, visibleText, type CaretMove } from './caret'
import { runsIn, type TextSpan } from './offsets'

const TEXT = '# 标题\n\n**第一**句话。第二句，$x$！\n\n| 甲 | 乙 |\n|---|---|\n| 👨‍👩‍👧好 | 丁 |'
const HTML =
  '<h1 data-o="2">标题</h1><p><b data-o="8">第一</b><span data-o="12">句话。第二句，</span><span data-o="19" data-e="22">𝑥</span>' +
  '<span data-o="22">！</span></p><table><tr><th data-o="27">甲</th><th data-o="31">乙</th></tr><tr><td data-o="47">👨‍👩‍👧好</td>' +
  '<td data-o="59">丁</td></tr></table>'

function visible() {
  const frame = document.createElement('div')
  frame.innerHTML = HTML
  return visibleText(runsIn(frame), TEXT)
}

function walk(...moves: CaretMove[]): string {
  const text = visible()
  const span = moves.reduce<TextSpan>((at, move) => moveCaret(text, at, move), firstSentence(text) ?? { start: 0, end: 0 })
  return TEXT.slice(span.start, span.end)
}

const next = { by: 'sentence', step: 1 } as const
const further = { by: 'extent', step: 1 } as const

describe('sentences', () => {
  it('end with their mark and its closing quotation, or with the line', () => {
    const text = '“对吗？”对！一；二…\n三'
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(['“对吗？”', '对！', '一；', '二…', '三'])
  })
})

describe('the chosen passage', () => {
  it('goes from sentence to sentence as the reader sees them, over marks, formulas and cells', () => {
    expect(walk()).toBe('标题')
    expect(walk(next)).toBe('第一**句话。')
    expect(walk(next, next)).toBe('第二句，$x$！')
    expect(walk(next, next, next)).toBe('甲')
    expect(walk(next, next, next, next, next)).toBe('👨‍👩‍👧好')
    expect(walk(next, next, { by: 'sentence', step: -1 })).toBe('第一**句话。')
  })

  it('stays where there is no further sentence', () => {
    expect(walk({ by: 'sentence', step: -1 })).toBe('标题')
    expect(walk(...Array.from({ length: 20 }, () => next))).toBe('丁')
  })

  it('grows and shrinks by sentences', () => {
    expect(walk(next, further)).toBe('第一**句话。第二句，$x$！')
    expect(walk(next, further, { by: 'extent', step: -1 })).toBe('第一**句话。')
    expect(walk(next, { by: 'extent', step: -1 })).toBe('第一**句话。')
  })

  it('is cut by words and characters at either end, never within a formula or an emoji', () => {
    const end = { by: 'edge', of: 'grapheme', edge: 'end', step: -1 } as const
    expect(walk(next, next, end)).toBe('第二句，$x$')
    expect(walk(next, next, end, end)).toBe('第二句，')
    expect(walk(next, { by: 'edge', of: 'word', edge: 'start', step: 1 })).not.toContain('第')
    expect(walk(next, next, next, next, next, { by: 'edge', of: 'grapheme', edge: 'start', step: 1 })).toBe('好')
  })

  it('is never empty', () => {
    const shorter = { by: 'edge', of: 'grapheme', edge: 'end', step: -1 } as const
    expect(walk(...Array.from({ length: 9 }, () => shorter))).toBe('标')
  })
})
