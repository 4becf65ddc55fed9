import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

export type Bias = Schemas['Bias']
export type BiasAuthor = Schemas['BiasAuthor']
export type BiasPerson = Schemas['BiasPerson']
export type BiasCell = Schemas['BiasCell']
export type Coefficient = Schemas['Coefficient']

export const TIES = ['half', 'apart'] as const
export type Ties = (typeof TIES)[number]

export interface BiasFilters {
  ties: Ties
  from?: string
  to?: string
}

/** Position and length bias of people and judges; the last answer stays while the next comes. */
export function biasQuery(project: number, filters: BiasFilters) {
  return queryOptions({
    queryKey: ['bias', project, filters],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project}/bias', { params: { path: { project }, query: { ...filters } }, signal })),
    placeholderData: keepPreviousData,
  })
}
