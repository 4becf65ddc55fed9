import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type Promotion = Schemas['Promotion']
export type PromotionRule = Schemas['PromotionRule']

export const RULES: readonly PromotionRule[] = ['off', 'better']

/** The current model of a project, and the rule by which it is replaced. */
export function currentModelQuery(project: number) {
  return queryOptions({
    queryKey: ['promotion', project],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project_id}/promotion', { params: { path: { project_id: project } }, signal })),
  })
}

export function promotionsQuery(project: number) {
  return pagedQuery(['promotions', project], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project_id}/promotions', {
        params: { path: { project_id: project }, query: { cursor } },
        signal,
      }),
    ),
  )
}

export function usePromote(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Schemas['PromoteRequest']) =>
      ok(api.POST('/api/projects/{project_id}/promotions', { params: { path: { project_id: project } }, body })),
    onSuccess: () =>
      Promise.all(
        ['promotion', 'promotions', 'leaderboard'].map((name) =>
          client.invalidateQueries({ queryKey: [name, project] }),
        ),
      ),
  })
}

export function useSetPromotionRule(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (rule: PromotionRule) =>
      ok(
        api.PUT('/api/projects/{project_id}/promotion', {
          params: { path: { project_id: project } },
          body: { rule },
        }),
      ),
    onSuccess: (changed) => client.setQueryData(currentModelQuery(project).queryKey, changed),
  })
}
