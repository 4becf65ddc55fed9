import type { PersonRow } from '@/api/people'
import type { Role } from '@/api/types'

export const WORK_STATES = ['working', 'paused'] as const
export type WorkState = (typeof WORK_STATES)[number]

export interface PeopleFilters {
  q: string | null
  state: string | null
  role: string | null
}

export const workState = ({ paused }: Pick<PersonRow, 'paused'>): WorkState => (paused ? 'paused' : 'working')

export const isReviewer = (roles: readonly Role[]) => roles.some((role) => role.endsWith('_reviewer'))

/** The people that every filter of the address leaves. */
export function matching(rows: readonly PersonRow[], { q, state, role }: PeopleFilters): PersonRow[] {
  const text = (q ?? '').trim().toLowerCase()
  return rows.filter(
    (row) =>
      row.pseudonym.toLowerCase().includes(text) &&
      (state === null || workState(row) === state) &&
      (role === null || row.roles.some((held) => held === role)),
  )
}
