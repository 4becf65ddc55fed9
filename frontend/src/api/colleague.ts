import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Verdict } from '@/lib/ranking'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type ColleagueSetting = Schemas['ColleagueSetting']
export type AskedModel = Schemas['AskedModel']
export type SuspicionRun = Schemas['SuspicionRun']
export type PriorityRun = Schemas['PriorityRun']
export type SuspicionItem = Schemas['SuspicionItem']
export type SuspicionDecided = Schemas['SuspicionDecided']
export type SuspicionRow = Schemas['SuspicionRow']
export type SuspicionFigures = Schemas['SuspicionFigures']
export type Precision = Schemas['Precision']
export type Tally = Schemas['Tally']

const POLL_MS = 2000

/** Looks again as long as the newest run is at work. */
const whileAtWork = (runs: readonly { state: string }[] | undefined) => (runs?.[0]?.state === 'scoring' ? POLL_MS : false)

export function colleagueSettingQuery(project: number) {
  return queryOptions({
    queryKey: ['colleague', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/colleague', { params: { path: { project } }, signal })),
  })
}

export function useSetColleague(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Partial<ColleagueSetting>) =>
      ok(api.PATCH('/api/projects/{project}/colleague', { params: { path: { project } }, body })),
    onSuccess: (setting) => client.setQueryData(colleagueSettingQuery(project).queryKey, setting),
  })
}

export function suspicionRunsQuery(project: number) {
  const paged = pagedQuery(['suspicion-runs', project], (cursor, signal) =>
    ok(api.GET('/api/projects/{project}/suspicion-runs', { params: { path: { project }, query: { cursor } }, signal })),
  )
  return { ...paged, refetchInterval: ({ state }: RunsState) => whileAtWork(state.data?.pages[0]?.results) }
}

interface RunsState {
  state: { data: { pages: readonly { results: readonly { state: string }[] }[] } | undefined }
}

/** Has the current model search for doubtful votes now. */
export function useSearchVotes(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => ok(api.POST('/api/projects/{project}/suspicion-runs', { params: { path: { project } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['suspicion-runs', project] }),
  })
}

/** The pair to look at now; asking again gives the same one for a while, so it may be asked at any time. */
export function nextSuspicionQuery(project: number) {
  return queryOptions({
    queryKey: ['suspicion-next', project],
    queryFn: ({ signal }) =>
      ok(api.POST('/api/projects/{project}/suspicions/next', { params: { path: { project } }, signal })),
    refetchOnWindowFocus: false,
    staleTime: 0,
  })
}

export function useDecideSuspicion(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ handle, ...body }: { handle: number; verdict: Verdict; reason: string }) =>
      ok(api.POST('/api/suspicions/{suspicion}/decide', { params: { path: { suspicion: handle } }, body })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['suspicions', project] })
      return client.invalidateQueries({ queryKey: ['suspicion-figures', project] })
    },
  })
}

export interface DecidedFilters {
  decile?: number | undefined
  control?: boolean | undefined
  state?: 'upheld' | 'overruled' | undefined
}

/** What QA decided, newest first. */
export function decidedQuery(project: number, filters: DecidedFilters) {
  return pagedQuery(['suspicions', project, filters], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/suspicions', {
        params: { path: { project }, query: { ...filters, cursor, limit: 20 } },
        signal,
      }),
    ),
  )
}

export function suspicionFiguresQuery(project: number) {
  return queryOptions({
    queryKey: ['suspicion-figures', project],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project}/suspicions/figures', { params: { path: { project } }, signal })),
  })
}

export function priorityRunsQuery(project: number) {
  const paged = pagedQuery(['priorities', project], (cursor, signal) =>
    ok(api.GET('/api/projects/{project}/priorities', { params: { path: { project }, query: { cursor } }, signal })),
  )
  return { ...paged, refetchInterval: ({ state }: RunsState) => whileAtWork(state.data?.pages[0]?.results) }
}

/** Has the current model rank the prompts that nobody has begun. */
export function useRankPrompts(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => ok(api.POST('/api/projects/{project}/priorities', { params: { path: { project } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['priorities', project] }),
  })
}
