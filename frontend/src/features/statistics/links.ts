import { useRoles } from '@/api/session'
import type { StatisticsFilters } from '@/api/statistics'
import { QA_ROLES, type Role } from '@/api/types'
import type { RateName } from './columns'

const RESEARCH: readonly Role[] = ['owner', 'researcher']

type Place = Pick<StatisticsFilters, 'category' | 'source'>

/** Where the rows behind figures are, null where these roles may not open them. Exported for tests. */
export function linksFor(project: number, roles: readonly Role[]) {
  const qa = roles.some((role) => QA_ROLES.includes(role))
  const research = roles.some((role) => RESEARCH.includes(role))
  const to = (allowed: boolean, page: string, query: Record<string, string | number | undefined> = {}) => {
    if (!allowed) return null
    const params = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value))
    const text = params.toString()
    return `/p/${project}/${page}${text && `?${text}`}`
  }
  return {
    person: (person: number | null) => (qa && person !== null ? `/people/${person}` : null),
    people: (state?: string) => to(qa, 'people', { state }),
    discussions: (state: string) => to(qa, 'discussions', { state }),
    disputes: (stage?: string, category?: number) => to(qa, 'disputes', { stage, category }),
    reviews: (stage: string) => to(qa, 'reviews', { stage }),
    gold: (category?: number) => to(true, 'gold', { category }),
    prompts: (state: string | undefined, { category, source }: Place) => to(research, 'prompts', { state, category, source }),
    /** The page with the rows that a share is made of, in one category or from one source. */
    rate(name: RateName, { category, source }: Place): string | null {
      if (name === 'gold') return this.gold(category)
      if (name === 'conflict') return this.prompts('accepted', { category, source })
      if (name === 'agreement') return source === undefined ? this.disputes(undefined, category) : null
      return null
    },
  }
}

export type Links = ReturnType<typeof linksFor>

export function useLinks(project: number): Links {
  return linksFor(project, useRoles(project))
}
