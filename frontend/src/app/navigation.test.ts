import { describe, expect, it } from 'vitest'
import { SECTIONS, pageHolds, sectionHolds } from './navigation'

const current = (pathname: string) =>
  SECTIONS.filter((section) => sectionHolds(section, pathname)).map((section) => [
    section.label,
    ...section.pages.filter((page) => pageHolds(page, pathname)).map(({ label }) => label),
  ])

describe('the navigation', () => {
  it('marks the page of a project', () => {
    expect(current('/p/7/sets')).toEqual([['data', 'sets']])
  })

  it('marks the list that a thing belongs to while the thing is shown', () => {
    expect(current('/prompts/3')).toEqual([['data', 'prompts']])
    expect(current('/runs/12')).toEqual([['models', 'runs']])
  })

  it('marks nothing on pages of no section', () => {
    expect(current('/projects')).toEqual([])
    expect(current('/')).toEqual([])
  })
})
