import type { StatisticsRow } from '@/api/statistics'
import { describe, expect, it } from 'vitest'
import { heatOf, shade } from './heat'
import { linksFor } from './links'
import { toFilters } from './useStatisticsFilters'

const rate = (value: number) => ({ rate: value, low: value, high: value, n: 40 })

const cell = (category: number, person: number, name: string, agreement: number | null): StatisticsRow => ({
  key: `${category}-${person}`,
  name,
  category,
  person,
  partner: null,
  tasks: 1,
  seconds_mean: null,
  prompts: null,
  agreement: agreement === null ? null : rate(agreement),
  alpha: null,
  tau: null,
  gold: null,
  consistency: null,
  conflict: null,
  rejection: rate(0.25),
})

describe('the heat map', () => {
  const rows = [cell(2, 9, '写作 · P10', 0.5), cell(1, 9, '数学 · P10', 0.75), cell(1, 4, '数学 · P9', null)]

  it('has a line a person in the order of pseudonyms, and an empty cell where somebody did nothing', () => {
    const heat = heatOf(rows, 'agreement')
    expect(heat.categories).toEqual([
      { id: 2, name: '写作' },
      { id: 1, name: '数学' },
    ])
    expect(heat.lines.map(({ name, person }) => [name, person])).toEqual([
      ['P9', 4],
      ['P10', 9],
    ])
    expect(heat.lines.map(({ cells }) => cells.map((found) => found?.rate ?? null))).toEqual([
      [null, null],
      [0.5, 0.75],
    ])
  })

  it('shows rejections instead, and is darker where things are worse', () => {
    expect(heatOf(rows, 'rejection').lines[0]?.cells).toEqual([null, rate(0.25)])
    expect(shade('agreement', 0.9)).toBeLessThan(shade('agreement', 0.4))
    expect(shade('rejection', 0.1)).toBeLessThan(shade('rejection', 0.4))
  })
})

describe('what figures lead to', () => {
  it('leads an owner to the rows, with the group in the address', () => {
    const links = linksFor(3, ['owner'])
    expect(links.rate('agreement', { category: 5 })).toBe('/p/3/disputes?category=5')
    expect(links.rate('conflict', { source: 'a b' })).toBe('/p/3/prompts?state=accepted&source=a+b')
    expect(links.person(7)).toBe('/people/7')
  })

  it('leads nobody to a page that is not theirs', () => {
    expect(linksFor(3, ['delivery_reviewer']).rate('conflict', {})).toBeNull()
    expect(linksFor(3, ['researcher']).person(7)).toBeNull()
    expect(linksFor(3, ['researcher']).reviews('delivery')).toBeNull()
  })
})

it('leaves out of the address what the server could not take', () => {
  expect(toFilters({ from: '2026-01-02', to: 'yesterday', category: 'x', source: null })).toEqual({
    from: '2026-01-02',
    to: undefined,
    category: undefined,
    source: undefined,
  })
})
