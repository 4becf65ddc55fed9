import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type PreferenceSet = Schemas['Set']
export type NewSet = Required<Schemas['SetRequestRequest']>

export const SPLITS = ['train', 'open', 'human'] as const satisfies readonly (keyof Schemas['SetCounts'])[]

const POLL_MS = 1000

export function setsQuery(project: number) {
  return pagedQuery(['sets', project], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project_id}/sets', {
        params: { path: { project_id: project }, query: { cursor } },
        signal,
      }),
    ),
  )
}

export function setQuery(set: number) {
  return queryOptions({
    queryKey: ['set', set],
    queryFn: ({ signal }) => ok(api.GET('/api/sets/{set_id}', { params: { path: { set_id: set } }, signal })),
    refetchInterval: ({ state: { data } }) => (data?.state === 'freezing' ? POLL_MS : false),
  })
}

export function useFreezeSet(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewSet) =>
      ok(api.POST('/api/projects/{project_id}/sets', { params: { path: { project_id: project } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sets', project] }),
  })
}

/** Where a browser downloads one file of a set from. */
export function setFileAddress(set: number, name: string, compressed: boolean): string {
  const path = name.split('/').map(encodeURIComponent).join('/')
  return `/api/sets/${set}/files/${path}${compressed ? '?compress=gz' : ''}`
}

export function setArchiveAddress(set: number): string {
  return `/api/sets/${set}/export.zip`
}
