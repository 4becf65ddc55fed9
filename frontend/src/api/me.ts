import { queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

/** A person's own figures in a project; nobody else's are ever in them. */
export type MyFigures = Schemas['MyFigures']
export type ReturnedRow = Schemas['ReturnedRow']

export function myFiguresQuery(project: number) {
  return queryOptions({
    queryKey: ['my-figures', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/my-figures', { params: { path: { project } }, signal })),
  })
}

/** Work that reviewers sent back, the latest first. */
export function myReturnedQuery(project: number) {
  return pagedQuery(['my-returned', project], (cursor, signal) =>
    ok(api.GET('/api/projects/{project}/my-returned', { params: { path: { project }, query: { cursor } }, signal })),
  )
}
