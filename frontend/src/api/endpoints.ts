import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

export type Endpoint = Schemas['Endpoint']
export type EndpointFields = Required<Schemas['EndpointFieldsRequest']>

/** What is typed in as a price or a budget, in the millionths that the server counts in. */
export const MICROS = 1_000_000

export function endpointsQuery(project: number) {
  return queryOptions({
    queryKey: ['endpoints', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/endpoints', { params: { path: { project } }, signal })),
  })
}

/** Adds an endpoint, or changes the one with this id. */
export function useSaveEndpoint(project: number, endpoint: number | null) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: EndpointFields) =>
      endpoint === null
        ? ok(api.POST('/api/projects/{project}/endpoints', { params: { path: { project } }, body }))
        : ok(api.PATCH('/api/endpoints/{endpoint}', { params: { path: { endpoint } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['endpoints', project] }),
  })
}

/** Offers an endpoint for new runs or, when `retired`, no longer. */
export function useRetireEndpoint(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...body }: Endpoint) =>
      ok(api.PATCH('/api/endpoints/{endpoint}', { params: { path: { endpoint: id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['endpoints', project] }),
  })
}
