import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Role, Schemas } from './types'

export type ServerLanguage = Schemas['LanguageEnum']
export type SessionUser = Schemas['Person']
export type Session = Schemas['Session']

const PATH = '/api/session'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => ok(api.GET(PATH, { signal })),
  staleTime: 5 * 60_000,
})

/** Who is logged in and where. Suspends until known. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data
}

/** The roles of the person in one project; empty where they have none. */
export function useRoles(project: number | null): readonly Role[] {
  return useSession().memberships.find((membership) => membership.project === project)?.roles ?? []
}

export function useLogin() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (credentials: { username: string; password: string }) =>
      ok(api.POST(PATH, { body: credentials })),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  })
}

export function useLogout() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => ok(api.DELETE(PATH)),
    onSuccess: () => {
      client.setQueryData(sessionQuery.queryKey, { user: null, memberships: [] })
      // Whatever else is known was this person's. Who is logged in stays where the page looks for it.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
    },
  })
}

export function useSetLanguage() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (language: ServerLanguage) => ok(api.PATCH(PATH, { body: { language } })),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  })
}
