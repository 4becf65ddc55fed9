import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

export type Statistics = Schemas['Statistics']
export type StatisticsRow = Schemas['StatisticsRow']
export type Protocol = Schemas['Protocol']

/** What figures are told by. */
export const GROUPINGS = ['category', 'source', 'annotator', 'pair', 'day', 'heat'] as const
export type Grouping = (typeof GROUPINGS)[number]

export interface StatisticsFilters {
  from?: string
  to?: string
  category?: number
  source?: string
}

/** Figures by group, kept up by the worker: `refreshed_at` says up to when. The last answer stays while the next comes. */
export function statisticsQuery(project: number, by: Grouping, filters: StatisticsFilters) {
  return queryOptions({
    queryKey: ['statistics', project, by, filters],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/projects/{project}/statistics', {
          params: { path: { project }, query: { by, ...filters } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })
}

/** Where the same table lies as a file. */
export function statisticsCsv(project: number, by: Grouping, filters: StatisticsFilters): string {
  const params = new URLSearchParams({ by, export: 'csv' })
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) params.set(name, String(value))
  return `/api/projects/${project}/statistics?${params.toString()}`
}

/** Counts of all that quality control did. */
export function protocolQuery(project: number) {
  return queryOptions({
    queryKey: ['protocol', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/protocol', { params: { path: { project } }, signal })),
  })
}
