import { QA_ROLES, type Role } from '@/api/types'

export interface NavigationPage {
  /** Path below /p/:project/ */
  path: string
  /** Key below `app.navigation` */
  label: string
}

export interface NavigationSection {
  label: string
  roles: readonly Role[]
  pages: readonly [NavigationPage, ...NavigationPage[]]
}

const RESEARCH: readonly Role[] = ['owner', 'researcher']

export const SECTIONS: readonly NavigationSection[] = [
  { label: 'annotate', roles: ['annotator'], pages: [{ path: 'annotate', label: 'annotate' }] },
  { label: 'qa', roles: QA_ROLES, pages: [{ path: 'disputes', label: 'disputes' }] },
  {
    label: 'data',
    roles: RESEARCH,
    pages: [
      { path: 'prompts', label: 'prompts' },
      { path: 'imports', label: 'imports' },
      { path: 'sets', label: 'sets' },
    ],
  },
  {
    label: 'models',
    roles: RESEARCH,
    pages: [
      { path: 'runs', label: 'runs' },
      { path: 'leaderboard', label: 'leaderboard' },
    ],
  },
  { label: 'settings', roles: RESEARCH, pages: [{ path: 'settings', label: 'settings' }] },
]

/** The sections that a person with these roles sees, in the bar's order. */
export function sectionsFor(roles: readonly Role[]): readonly NavigationSection[] {
  return SECTIONS.filter((section) => section.roles.some((role) => roles.includes(role)))
}

/** Whether the address `pathname` is `page` (/p/:project/prompts) or one of the things that it lists (/prompts/:id). */
export function pageHolds(page: NavigationPage, pathname: string): boolean {
  return /^\/(?:p\/\d+\/)?([^/]+)/.exec(pathname)?.[1] === page.path
}

/** Whether the address `pathname` belongs to `section`. */
export function sectionHolds(section: NavigationSection, pathname: string): boolean {
  return section.pages.some((page) => pageHolds(page, pathname))
}
