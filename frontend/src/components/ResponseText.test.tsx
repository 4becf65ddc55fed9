import { tooHeavyToRender } from '@/lib/markdown'
import { render, screen, waitFor } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { ResponseText } from './ResponseText'

/** Renders and waits until the text is formatted: only then a paragraph, list, table or heading stands in it. */
async function formatted(text: string): Promise<HTMLElement> {
  const { container } = render(<ResponseText text={text} />)
  await waitFor(() => expect(container.querySelector('p, ul, ol, table, h1, .katex, code')).not.toBeNull(), { timeout: 5000 })
  return container
}

describe('a text', () => {
  it('is formatted as Markdown, with bold that touches Chinese punctuation', async () => {
    const view = await formatted('**结论：**正确\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |')
    expect(view.querySelector('strong')).toHaveTextContent('结论：')
    expect(view.querySelectorAll('td')).toHaveLength(2)
  })

  it('shows formulas in each way that models write them, and money as money', async () => {
    const view = await formatted('由 $a^2$ 与 \\(b\\)：\n\\[c=1\\]\n一本 $5，两本 $10。')
    expect(view.querySelectorAll('.katex')).toHaveLength(3)
    expect(view.querySelectorAll('.katex-display')).toHaveLength(1)
    expect(view).toHaveTextContent('一本 $5，两本 $10。')
  })

  it('leaves dollars inside code alone and highlights the code', async () => {
    const view = await formatted('```python\nprint("$x$")\n```\n以及 `$y$`')
    expect(view.querySelector('.hljs-built_in')).toHaveTextContent('print')
    expect(view).toHaveTextContent('"$x$"')
    expect(view.querySelector('.katex')).toBeNull()
  })

  it('takes any name for a language', async () => {
    const view = await formatted('```constructor\n甲 = 1\n```')
    expect(view.querySelector('code')).toHaveTextContent('甲 = 1')
  })

  it('shows broken formulas as text', async () => {
    const view = await formatted('错误：$\\frac{1$ 之后')
    expect(view).toHaveTextContent('\\frac{1')
    expect(view).toHaveTextContent('之后')
  })

  it('never becomes HTML, script or a request for a picture', async () => {
    const view = await formatted(
      '正文 <img src=x onerror=alert(1)> <script>alert(1)</script> ![说明](https://x.test/p.png) [链](javascript:alert(1))',
    )
    expect(view.querySelector('img, script, iframe, [onerror]')).toBeNull()
    expect(view).toHaveTextContent('[图片: 说明]')
    expect(view).toHaveTextContent('<script>alert(1)</script>')
    expect(view.querySelector('a[href^="javascript"]')).toBeNull()
  })

  it('cannot load anything or run anything through a formula', async () => {
    const view = await formatted('$\\includegraphics{https://x.test/p.png}$ $\\href{javascript:alert(1)}{x}$')
    expect(view.querySelector('img, a')).toBeNull()
  })

  it('opens links elsewhere without handing over this page', async () => {
    await formatted('见 [资料](https://example.org/a)')
    const link = screen.getByRole('link', { name: '资料' })
    expect(link).toHaveAttribute('target', '_blank')
    expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow')
  })

  it('is shown raw on request, with invisible characters made visible', () => {
    const { container } = render(<ResponseText raw text={'**甲**\u202e乙'} />)
    expect(container).toHaveTextContent('**甲**‹U+202E›乙')
  })

  it.each([
    ['30,000 characters', '长'.repeat(30_000)],
    ['300 levels of list', Array.from({ length: 300 }, (_, i) => `${'  '.repeat(i)}- ${i}`).join('\n')],
    ['300 levels of list on one line', '- '.repeat(300) + '尾'],
    ['300 levels of quotation', '>'.repeat(300) + ' 尾'],
  ])('of %s is shown raw and says so', (_, text) => {
    const { container } = render(<ResponseText text={text} />)
    expect(container.querySelector('pre')?.textContent).toBe(text)
    expect(container).toHaveTextContent('按原文显示')
  })

  it.each([
    ['unclosed emphasis', '*a **b '.repeat(1500)],
    ['unclosed brackets', '['.repeat(4900)],
    ['unclosed links', '[a]('.repeat(2400)],
    ['one long line', '字'.repeat(10_000)],
    ['dollars', '$ a'.repeat(4900)],
    ['formula bombs', '$\\def\\a{\\b\\b\\b}\\def\\b{\\c\\c\\c}\\def\\c{\\d\\d\\d}\\def\\d{xx}\\a\\a\\a\\a$'],
    ['back-ticks', '`a``'.repeat(1600)],
  ])('made of %s is still shown', async (_, text) => {
    const view = await formatted(text)
    expect(view.textContent?.length).toBeGreaterThan(0)
    expect(view).not.toHaveTextContent('按原文显示')
  })

  it('is shown raw where it is so dense that marking it up would hold up the page', () => {
    const heavy = ['$a_1+b$ '.repeat(1_000), '**字** '.repeat(2_000), '- 一\n'.repeat(4_000)]
    const light = ['**重点**：一句普通的话，说的是一件平常的事。\n\n'.repeat(600), '$a_1+b$ 于是有普通的一句话。'.repeat(600)]
    const code = '```python\n' + 'values[index] = function(argument)  # $x$\n'.repeat(400) + '```'
    expect(heavy.map(tooHeavyToRender)).toEqual([true, true, true])
    expect([...light, code].map(tooHeavyToRender)).toEqual([false, false, false])
  })
})
