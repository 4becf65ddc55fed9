import { describe, expect, it } from 'vitest'
import { placesOf, searchable } from './find'

const words = (text: string, query: string) => placesOf(searchable(text), query).map(({ start, end }) => text.slice(start, end))

describe('words', () => {
  it('are found in any case and width, at their own places', () => {
    expect(words('Ｐython、PYTHON 与 python', 'Python')).toEqual(['Ｐython', 'PYTHON', 'python'])
    expect(words('（甲）与(甲)', '（甲）')).toEqual(['（甲）', '(甲)'])
    expect(words('全角　空格', '角 空')).toEqual(['角　空'])
  })

  it('are found behind characters that fold into several', () => {
    expect(words('㎏ İ ﬁ 👨‍👩‍👧 𠮷 重量', '重量')).toEqual(['重量'])
    expect(words('5㎏', 'kg')).toEqual(['㎏'])
  })

  it('do not overlap', () => {
    expect(placesOf(searchable('哈哈哈哈哈'), '哈哈')).toEqual([{ start: 0, end: 2 }, { start: 2, end: 4 }])
  })

  it('are nowhere where nothing is asked', () => {
    expect(words('甲', '')).toEqual([])
  })
})
