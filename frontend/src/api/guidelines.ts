import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

export type Guideline = Schemas['Guideline']
export type Amendment = Schemas['AmendRequest']

export function guidelineQuery(category: number) {
  return queryOptions({
    queryKey: ['guideline', category],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/categories/{category}/guideline', { params: { path: { category } }, signal })),
    staleTime: 5 * 60_000,
  })
}

/** Says that this person has read a version, and so is shown no change up to it. */
export function useReadGuideline(category: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (version: number) =>
      ok(api.POST('/api/categories/{category}/guideline/read', { params: { path: { category } }, body: { version } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['guideline', category] }),
  })
}

/** Writes a new version of a category's guideline, with a note on what changed, on account of a decision where one is named. */
export function useAmend(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Amendment) =>
      ok(api.POST('/api/projects/{project}/guidelines/amend', { params: { path: { project } }, body })),
    onSuccess: () => {
      // Categories below the amended one may inherit its guideline.
      void client.invalidateQueries({ queryKey: ['guideline'] })
      void client.invalidateQueries({ queryKey: ['categories', project] })
    },
  })
}
