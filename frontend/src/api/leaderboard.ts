import { queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

export type Leaderboard = Schemas['Leaderboard']
export type LeaderboardRow = Schemas['LeaderboardRow']

/** Every evaluation of a project's models, best first, and the sets on whose benchmarks they were made. */
export function leaderboardQuery(project: number) {
  return queryOptions({
    queryKey: ['leaderboard', project],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project_id}/leaderboard', { params: { path: { project_id: project } }, signal })),
  })
}
