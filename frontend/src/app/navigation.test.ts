import { describe, expect, it } from 'vitest'
import { SECTIONS, pageHolds, rolesFor, sectionHolds, sectionsFor, startFor } from './navigation'

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

describe('what a role sees', () => {
  const pagesOf = (role: Parameters<typeof sectionsFor>[0][number]) =>
    sectionsFor([role]).map((section) => [section.label, ...section.pages.map(({ path }) => path)])

  it('is the whole of quality control for a reviewer, and what the filters flagged', () => {
    expect(pagesOf('research_reviewer')).toEqual([
      ['discussions', 'discussions'],
      ['qa', 'queues', 'disputes', 'reviews', 'suspicions', 'people', 'statistics', 'bias', 'gold'],
      ['data', 'filters'],
    ])
  })

  it('is only the figures and gold of quality control for a researcher', () => {
    expect(pagesOf('researcher')[0]).toEqual(['qa', 'suspicions', 'statistics', 'bias', 'gold'])
  })

  it('is what the same addresses let in', () => {
    expect(rolesFor('qa', '/p/:project/people')).not.toContain('researcher')
    expect(rolesFor('qa', '/people/:id')).not.toContain('researcher')
    expect(rolesFor('qa', '/p/:project/gold')).toContain('researcher')
    expect(rolesFor('annotate', '/exams/:id')).toEqual(['annotator'])
  })
})

it('leads everybody to their own work first', () => {
  expect(startFor(['annotator'])).toBe('annotate')
  expect(startFor(['delivery_reviewer'])).toBe('queues')
  expect(startFor(['researcher'])).toBe('prompts')
  expect(startFor([])).toBeUndefined()
})
