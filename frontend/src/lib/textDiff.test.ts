import { describe, expect, it } from 'vitest'
import { diffTexts, sharedShare, type DiffPart } from './textDiff'

const side = (parts: readonly DiffPart[], kind: 'a' | 'b') =>
  parts.filter((part) => part.kind === 'same' || part.kind === kind).map(({ text }) => text).join('')

/** A small generator of its own, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const ALPHABET = ['的', '是', '北京', '上海', '很', '好', '。', '\n', '\n\n', 'word ', ' ', '𠮷', '👩‍👩‍👧', '9.11', 'é']

function randomText(next: (below: number) => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[next(ALPHABET.length)]).join('')
}

/** `text` with some of its characters taken out, doubled or replaced. */
function edited(text: string, next: (below: number) => number): string {
  return Array.from(text)
    .map((character) => (next(8) > 0 ? character : next(3) > 0 ? randomText(next, next(3)) : character + character))
    .join('')
}

describe('the diff of two texts', () => {
  it.each(['both', 'word', 'character'] as const)('by %s always gives both back, cut only between characters', (unit) => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const next = random(seed)
      const a = randomText(next, next(60))
      const b = seed % 3 === 0 ? randomText(next, next(60)) : edited(a, next)
      const parts = diffTexts(a, b, unit)
      expect([side(parts, 'a'), side(parts, 'b')], `seed ${seed}`).toEqual([a, b])
      expect(parts.every(({ text }) => text !== '' && !/[\ud800-\udfff]/u.test(text)), `seed ${seed}`).toBe(true)
      expect(parts.every((part, at) => part.kind !== parts[at + 1]?.kind), `seed ${seed}`).toBe(true)
    }
  })

  it('finds all of two equal texts in both, and nothing of two that share nothing', () => {
    expect(diffTexts('同一段。', '同一段。')).toEqual([{ kind: 'same', text: '同一段。' }])
    expect(diffTexts('', '')).toEqual([])
    expect(diffTexts('甲乙丙', '丁戊己')).toEqual([
      { kind: 'a', text: '甲乙丙' },
      { kind: 'b', text: '丁戊己' },
    ])
    expect(diffTexts('', '新的')).toEqual([{ kind: 'b', text: '新的' }])
  })

  it('marks single characters inside a Chinese sentence', () => {
    expect(diffTexts('四加四等于八。', '四加四等于九。')).toEqual([
      { kind: 'same', text: '四加四等于' },
      { kind: 'a', text: '八' },
      { kind: 'b', text: '九' },
      { kind: 'same', text: '。' },
    ])
    const parts = diffTexts('今天我们去北京开会', '今天我们去北方开会')
    expect(parts.filter(({ kind }) => kind !== 'same').map(({ text }) => text).join()).toBe('京,方')
  })

  it('marks whole words by word, single characters by character, and never parts of an emoji', () => {
    const [a, b] = ['今天我们去北京开会👩‍👩‍👧', '今天我们去北方开会👩‍👩‍👦']
    const marked = (unit: 'word' | 'character') =>
      diffTexts(a, b, unit).flatMap(({ kind, text }) => (kind === 'same' ? [] : [text]))
    expect(marked('word')).toEqual(['北京', '北方', '👩‍👩‍👧', '👩‍👩‍👦'])
    expect(marked('character')).toEqual(['京', '方', '👩‍👩‍👧', '👩‍👩‍👦'])
  })

  it('keeps everything common to two texts of which one was only added to', () => {
    const a = '第一点。第二点。'
    expect(diffTexts(a, `${a}第三点。`)).toEqual([
      { kind: 'same', text: a },
      { kind: 'b', text: '第三点。' },
    ])
  })

  it('compares long texts with little in common by paragraphs, in bounded time', () => {
    const next = random(7)
    const paragraph = () => `${randomText(next, 200).replaceAll('\n', '，')}\n`
    const shared = '这一段两边都有，一个字也没有改动。\n'
    const a = Array.from({ length: 30 }, paragraph).join('') + shared + paragraph()
    const b = Array.from({ length: 30 }, paragraph).join('') + shared + paragraph()
    const parts = diffTexts(a, b)
    expect([side(parts, 'a'), side(parts, 'b')]).toEqual([a, b])
    expect(parts.some(({ kind, text }) => kind === 'same' && text.includes(shared.trim()))).toBe(true)
  })

  it('says how much two texts share', () => {
    expect(sharedShare(diffTexts('同样', '同样'))).toBe(1)
    expect(sharedShare(diffTexts('甲', '乙'))).toBe(0)
    expect(sharedShare(diffTexts('', ''))).toBe(1)
    expect(sharedShare([{ kind: 'same', text: '一二三' }, { kind: 'b', text: '四' }])).toBe(0.75)
  })
})

/** The length of a longest common subsequence, by the textbook's table. */
function lcs(a: readonly string[], b: readonly string[]): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const row = rows[i]
      if (row) row[j] = a[i - 1] === b[j - 1] ? at(i - 1, j - 1) + 1 : Math.max(at(i - 1, j), at(i, j - 1))
    }
  }
  return at(a.length, b.length)
}

it('by character shares as much as a longest common subsequence of the characters', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const next = random(seed)
    const text = () => Array.from({ length: next(20) }, () => '的是了在'[next(4)] ?? '').join('')
    const [a, b] = [text(), text()]
    const same = diffTexts(a, b, 'character').flatMap(({ kind, text: part }) => (kind === 'same' ? Array.from(part) : []))
    expect(same.length, `seed ${seed}`).toBe(lcs(Array.from(a), Array.from(b)))
  }
})

it('shares as much as a longest common subsequence of the words', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const next = random(seed)
    // Words of one Latin letter with spaces: cut the same way by every segmenter, and nothing is left to refine.
    const words = () => Array.from({ length: next(14) }, () => 'abcd'[next(4)] ?? '')
    const [a, b] = [words(), words()]
    const parts = diffTexts(a.join('\n'), b.join('\n'))
    const tokens = (list: readonly string[]) => list.flatMap((word, at) => (at > 0 ? ['\n', word] : [word]))
    const same = parts.flatMap(({ kind, text }) => (kind === 'same' ? Array.from(text) : [])).length
    expect(same, `seed ${seed}`).toBe(lcs(tokens(a), tokens(b)))
  }
})
