import { QA_ROLES, type Role } from '@/api/types'

export interface NavigationPage {
  /** Path below /p/:project/ */
  path: string
  /** Key below `app.navigation` */
  label: string
  /** Who sees it, where others than the section's */
  roles?: readonly Role[]
}

export interface NavigationSection {
  label: string
  roles: readonly Role[]
  pages: readonly [NavigationPage, ...NavigationPage[]]
}

const RESEARCH: readonly Role[] = ['owner', 'researcher']
const QA_AND_RESEARCH: readonly Role[] = [...QA_ROLES, 'researcher']

export const SECTIONS: readonly NavigationSection[] = [
  {
    label: 'annotate',
    roles: ['annotator'],
    pages: [
      { path: 'annotate', label: 'annotate' },
      { path: 'me', label: 'me' },
      { path: 'exams', label: 'exams' },
    ],
  },
  {
    label: 'discussions',
    roles: ['annotator', ...QA_ROLES],
    pages: [{ path: 'discussions', label: 'discussions' }],
  },
  {
    label: 'qa',
    roles: QA_ROLES,
    pages: [
      { path: 'queues', label: 'queues' },
      { path: 'disputes', label: 'disputes' },
      { path: 'reviews', label: 'reviews' },
      { path: 'suspicions', label: 'suspicions', roles: QA_AND_RESEARCH },
      { path: 'people', label: 'people' },
      { path: 'statistics', label: 'statistics', roles: QA_AND_RESEARCH },
      { path: 'bias', label: 'bias', roles: QA_AND_RESEARCH },
      { path: 'gold', label: 'gold', roles: QA_AND_RESEARCH },
    ],
  },
  {
    label: 'data',
    roles: RESEARCH,
    pages: [
      { path: 'prompts', label: 'prompts' },
      { path: 'imports', label: 'imports' },
      { path: 'filters', label: 'filters', roles: QA_AND_RESEARCH },
      { path: 'sampling', label: 'sampling' },
      { path: 'sets', label: 'sets' },
      { path: 'planning', label: 'planning' },
      { path: 'priorities', label: 'priorities' },
    ],
  },
  {
    label: 'models',
    roles: RESEARCH,
    pages: [
      { path: 'runs', label: 'runs' },
      { path: 'compare', label: 'compare' },
      { path: 'judges', label: 'judges' },
      { path: 'recipes', label: 'recipes' },
      { path: 'leaderboard', label: 'leaderboard' },
      { path: 'models', label: 'modelList' },
      { path: 'promotion', label: 'promotion' },
      { path: 'loop', label: 'loop' },
    ],
  },
  { label: 'settings', roles: RESEARCH, pages: [{ path: 'settings', label: 'settings' }] },
]

/** The sections that a person with these roles sees, in the bar's order, each with the pages they see of it. */
export function sectionsFor(roles: readonly Role[]): readonly NavigationSection[] {
  return SECTIONS.flatMap((section) => {
    const [first, ...others] = section.pages.filter((page) =>
      (page.roles ?? section.roles).some((role) => roles.includes(role)),
    )
    return first ? [{ ...section, pages: [first, ...others] }] : []
  })
}

/** Where these roles begin their work: the first section that is theirs as a whole, discussions being nobody's first. */
export function startFor(roles: readonly Role[]): string | undefined {
  const own = SECTIONS.filter(({ label }) => label !== 'discussions')
  return own.find((section) => section.roles.some((role) => roles.includes(role)))?.pages[0].path
}

/** Who may open the address `pathname`, a page of the section `label` or one of the things that it lists. */
export function rolesFor(label: string, pathname: string): readonly Role[] {
  const section = SECTIONS.find((candidate) => candidate.label === label)
  if (!section) throw new Error(`no navigation section ${label}`)
  return section.pages.find((page) => pageHolds(page, pathname))?.roles ?? section.roles
}

/** Whether the address `pathname` is `page` (/p/:project/prompts) or one of the things that it lists (/prompts/:id). */
export function pageHolds(page: NavigationPage, pathname: string): boolean {
  return /^\/(?:p\/(?:\d+|:project)\/)?([^/]+)/.exec(pathname)?.[1] === page.path
}

/** Whether the address `pathname` belongs to `section`. */
export function sectionHolds(section: NavigationSection, pathname: string): boolean {
  return section.pages.some((page) => pageHolds(page, pathname))
}
