import { afterEach, describe, expect, it } from 'vitest'
import { findRanges } from './domFind'

function page(html: string): HTMLElement {
  const root = document.createElement('div')
  root.innerHTML = html
  return document.body.appendChild(root)
}

const found = (root: Node, query: string) => findRanges(root, query).map(String)

afterEach(() => document.body.replaceChildren())

describe('finding on the page', () => {
  it('finds every place, whatever its case', () => {
    expect(found(page('<p>事实 Fact</p><ul><li>fact：事实，FACT</li></ul>'), 'fact')).toEqual(['Fact', 'fact', 'FACT'])
    expect(found(page('<p>没有</p>'), '事实')).toEqual([])
  })

  it('finds what runs over the border of elements, from where it begins to where it ends', () => {
    const root = page('<p>不要<strong>编</strong>造事实</p>')
    const [range] = findRanges(root, '要编造')
    expect(range?.startContainer.textContent).toBe('不要')
    expect([range?.startOffset, range?.endContainer.textContent, range?.endOffset]).toEqual([1, '造事实', 1])
  })

  it('counts no place twice, and finds nothing for nothing', () => {
    expect(found(page('<p>哈哈哈哈哈</p>'), '哈哈')).toEqual(['哈哈', '哈哈'])
    expect(found(page('<p>哈</p>'), '')).toEqual([])
  })

  it('keeps its places where lower case is longer than upper case', () => {
    expect(found(page('<p>İstanbul 事实</p>'), '事实')).toEqual(['事实'])
  })
})
