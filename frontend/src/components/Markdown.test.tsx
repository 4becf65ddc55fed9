import { cleanup, render, waitFor } from '@testing-library/react'
import { Suspense } from 'react'
import { describe, expect, it } from 'vitest'
import RichMarkdown from './RichMarkdown'

interface Shown {
  /** Each run and atom in the order of the page: what it shows, and the passage that it stands for */
  pieces: { shown: string; passage: string; start: number; end: number; atom: boolean }[]
  /** What is shown and stands for nothing */
  stray: string
  /** The characters of the text that nothing shown stands for */
  unseen: string
}

async function shown(text: string): Promise<Shown> {
  const { container } = render(
    <Suspense fallback={<progress />}>
      <RichMarkdown text={text} />
    </Suspense>,
  )
  await waitFor(() => expect(container.querySelector('progress')).toBeNull())
  const pieces = [...container.querySelectorAll<HTMLElement>('[data-o]')].map((element) => {
    const [start, words] = [Number(element.dataset.o), element.textContent ?? '']
    const end = Number(element.dataset.e ?? start + words.length)
    return { shown: words, passage: text.slice(start, end), start, end, atom: element.dataset.e !== undefined }
  })
  container.querySelectorAll('[data-o]').forEach((element) => element.replaceChildren())
  const unseen = [...text].reduce<[string, number]>(
    ([missed, at], character) =>
      [pieces.some(({ start, end }) => start <= at && at < end) ? missed : missed + character, at + character.length],
    ['', 0],
  )[0]
  const stray = (container.textContent ?? '').trim()
  cleanup()
  return { pieces, stray, unseen }
}

/** A small generator of numbers from a seed, so that a failure can be seen again. */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const WORDS = ['结论：', '正确', 'well', '👨‍👩‍👧', '𠮷', ' ', '，', 'a&b', '5 < 6', '＄', 'é', '\u200b', '第二', '\u202e']
const INLINE = [
  (x: string) => x, (x: string) => x, (x: string) => `**${x}**`, (x: string) => `*${x}*`, (x: string) => `~~${x}~~`,
  (x: string) => `\`${x}\``, (x: string) => `[${x}](https://x.test/a)`, (x: string) => `${x}\\*${x}`, (x: string) => `${x}&amp;${x}`,
  (x: string) => `$a+b$ ${x}`, (x: string) => `\\(c^2\\)${x}`, (x: string) => `<b>${x}</b>`, (x: string) => `${x} https://x.test/b ${x}`,
  (x: string) => `${x} 见www.x.test，${x}`, (x: string) => `![图](https://x.test/c.png)${x}`, (x: string) => `${x}$5`, (x: string) => `\`\` ${x}\`y \`\``,
]
const BLOCK = [
  (x: string) => x, (x: string) => `# ${x}`, (x: string) => `- ${x}\n- ${x}\n  ${x}`, (x: string) => `1. ${x}\n\n   ${x}`,
  (x: string) => `> ${x}\n> ${x}`, (x: string) => `> - ${x}\n>   ${x}\n>   > ${x}\n>   > ${x}`, (x: string) => `| ${x} | 乙 |\n|---|:-:|\n| ${x} | 1 |`,
  (x: string) => `\`\`\`python\nprint("一")  # 二\n  x = 1\n\n\`\`\`\n${x}`, (x: string) => `- ${x}\n  \`\`\`\n  a\n    b\n  \`\`\``,
  (x: string) => `${x}\n\\[\nE=mc^2\n\\]\n${x}`, (x: string) => `${x}  \n  ${x}\\\n${x}`, (x: string) => `${x}\n===`, () => `    缩进\n\n    代码`,
  (x: string) => `<div>\n${x}\n</div>`, (x: string) => `- [ ] ${x}`, (x: string) => `\r\n${x}\r\n${x}`, () => '---',
]

function generated(seed: number): string {
  const below = numbers(seed)
  const one = <T,>(list: readonly T[]) => list[below(list.length)] as T
  const words = () => `字${Array.from({ length: 1 + below(3) }, () => one(WORDS)).join('')}末`
  const line = () => Array.from({ length: 1 + below(3) }, () => one(INLINE)(words())).join('')
  return Array.from({ length: 1 + below(4) }, () => one(BLOCK)(line())).join('\n\n')
}

describe('every character shown', () => {
  it.each(Array.from({ length: 120 }, (_, seed) => [seed, generated(seed)]))('of text %i says where it stands: %j', async (_, text) => {
    const { pieces, stray, unseen } = await shown(text)
    expect(pieces.filter((piece) => !piece.atom && piece.shown !== piece.passage)).toEqual([])
    expect(pieces.filter(({ start }, index) => start < (pieces[index - 1]?.end ?? 0))).toEqual([])
    expect(stray).toBe('')
    expect(unseen.replace(/https:\/\/x\.test\/a|python/g, '')).not.toMatch(/[^\s*#`|>~_[\]()\\\-=:.\d]/)
  })

  it('stands for its own place where the same words stand twice', async () => {
    const { pieces } = await shown('**对**，不对，> 对')
    expect(pieces.map(({ start, shown: words }) => [start, words])).toEqual([
      [2, '对'],
      [5, '，不对，> 对'],
    ])
  })

  it.each([
    ['a formula', '由 $a^2$ 得', '$a^2$'],
    ['a formula in brackets', '由 \\( a^2 \\) 得', '\\( a^2 \\)'],
    ['a formula on lines of its own', '由\n\\[ a^2\n\\]\n得', '\\[ a^2\n\\]'],
    ['a broken formula', '由 $\\frac{1$ 得', '$\\frac{1$'],
    ['a formula in a fence', '由\n\n```math\na^2\n```', '```math\na^2\n```'],
    ['a picture', '由 ![图](x.png) 得', '![图](x.png)'],
    ['a character reference', '由 &lt; 得', '&lt;'],
    ['a mark that turns the direction', '由\u202e得', '\u202e'],
    ["a footnote's mark", '由[^1]得\n\n[^1]: 注', '[^1]'],
    ["a line's end in code", '由 `a\nb` 得', '\n'],
  ])('is one with its passage: %s', async (_, text, passage) => {
    const { pieces } = await shown(text)
    expect(pieces.filter(({ atom }) => atom).map((piece) => piece.passage)).toEqual([passage])
  })

  it.each([
    ['escapes', '\\*\\*甲\\*\\*', '**甲**'],
    ['a name in a reference that means nothing', '甲&foo;乙', '甲&foo;乙'],
    ["a quotation's second line", '> 甲\n> > 乙\n丙', '甲乙\n丙'],
    ['a bar in a table', '| a \\| b | `c \\| d` |\n|---|---|', 'a | bc | d'],
    ['HTML as it is written, and money', '<b a="&lt;$5">甲</b>', '<b a="&lt;$5">甲</b>'],
    ['code that was indented', '- 甲\n\n      x\n        y', '甲x\n  y'],
    ['a byte order mark', '\ufeff# 甲', '甲'],
  ])('is found behind %s', async (_, text, words) => {
    const { pieces, stray } = await shown(text)
    expect(pieces.map((piece) => piece.shown).join('').trim()).toBe(words)
    expect(stray).toBe('')
  })
})
