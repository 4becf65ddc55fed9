import { queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

/** One submission of today; `why` says why it cannot be taken back. */
export type RecentSubmission = Schemas['RecentSubmission']

/** A person's own last submissions of today, newest first. */
export function recentQuery(project: number) {
  return queryOptions({
    queryKey: ['recent', project],
    queryFn: async ({ signal }) =>
      (await ok(api.GET('/api/projects/{project}/assignments/recent', { params: { path: { project } }, signal }))).results,
    // What others did since decides whether a submission can still be taken back.
    staleTime: 0,
  })
}
