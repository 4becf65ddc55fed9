import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import type { operations } from './schema'
import type { Schemas } from './types'

export type Plan = Schemas['Plan']
export type Forecast = Schemas['Forecast']
export type Estimate = Schemas['Estimate']
export type PlanQuery = NonNullable<operations['planning_get']['parameters']['query']>

export const ALONG = ['noise', 'passes'] as const

/** What a plan costs and brings; what is left out is as in the project's settings. */
export function planningQuery(project: number, plan: PlanQuery) {
  return queryOptions({
    queryKey: ['planning', project, plan],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project}/planning', { params: { path: { project }, query: plan }, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  })
}
