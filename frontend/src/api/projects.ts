import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { guidelineQuery } from './guidelines'
import { sessionQuery } from './session'
import type { Schemas } from './types'

export type ProjectRow = Schemas['ProjectRow']
export type Project = Schemas['Project']
/** The protocol's settings (PROTOCOL 3 to 6). Shares are fractions of 1. */
export type ProjectSettings = Required<Schemas['PatchedSettingsUpdateRequest']>
export type Member = Schemas['Member']
export type Category = Schemas['CategoryRow']

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: ({ signal }) => ok(api.GET('/api/projects', { signal })),
})

export function projectQuery(project: number) {
  return queryOptions({
    queryKey: ['project', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}', { params: { path: { project } }, signal })),
  })
}

export function membersQuery(project: number) {
  return queryOptions({
    queryKey: ['members', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/members', { params: { path: { project } }, signal })),
  })
}

export function categoriesQuery(project: number) {
  return queryOptions({
    queryKey: ['categories', project],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project}/categories', { params: { path: { project } }, signal })),
  })
}

export function useCreateProject() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Schemas['ProjectCreateRequest']) => ok(api.POST('/api/projects', { body })),
    // Whoever creates a project becomes its owner, which the page that follows asks the session for.
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: projectsQuery.queryKey }),
        client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      ]),
  })
}

export function useSaveProject(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Partial<ProjectSettings>) =>
      ok(api.PATCH('/api/projects/{project}', { params: { path: { project } }, body })),
    onSuccess: (saved) => client.setQueryData(projectQuery(project).queryKey, saved),
  })
}

/** Adds a member, changes their roles, or removes them with no roles left. */
export function useSaveMember(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Schemas['MemberSetRequest']) =>
      ok(api.PUT('/api/projects/{project}/members', { params: { path: { project } }, body })),
    onSuccess: (members) => {
      client.setQueryData(membersQuery(project).queryKey, members)
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
}

/** Saves a category's guideline as a new version. */
export function useSaveGuideline(project: number, category: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (text: string) =>
      ok(api.PUT('/api/categories/{category}/guideline', { params: { path: { category } }, body: { text } })),
    onSuccess: (saved) => {
      client.setQueryData(guidelineQuery(category).queryKey, saved)
      void client.invalidateQueries({ queryKey: categoriesQuery(project).queryKey })
    },
  })
}

/** Stops dealing in the project, with a reason that people read; null lets it go on. */
export function usePauseProject(project: number) {
  const client = useQueryClient()
  const params = { path: { project } }
  return useMutation({
    mutationFn: (reason: string | null) =>
      reason === null
        ? ok(api.POST('/api/projects/{project}/resume', { params }))
        : ok(api.POST('/api/projects/{project}/pause', { params, body: { reason } })),
    onSettled: () => client.invalidateQueries({ queryKey: projectQuery(project).queryKey }),
  })
}

/** Stops dealing from a top-level category, with a reason that people read; null lets it go on. */
export function usePauseCategory(project: number, category: number) {
  const client = useQueryClient()
  const params = { path: { category } }
  return useMutation({
    mutationFn: (reason: string | null) =>
      reason === null
        ? ok(api.POST('/api/categories/{category}/resume', { params }))
        : ok(api.POST('/api/categories/{category}/pause', { params, body: { reason } })),
    onSettled: () => client.invalidateQueries({ queryKey: categoriesQuery(project).queryKey }),
  })
}

/** Sets how many tasks of a top-level category one person may do in a day; null for no limit. */
export function useLimitCategory(project: number, category: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (daily_limit: number | null) =>
      ok(api.PATCH('/api/categories/{category}', { params: { path: { category } }, body: { daily_limit } })),
    onSettled: () => client.invalidateQueries({ queryKey: categoriesQuery(project).queryKey }),
  })
}
