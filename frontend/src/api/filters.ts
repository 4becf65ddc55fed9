import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type FilterRun = Schemas['FilterRun']
export type FilterRunDetail = Schemas['FilterRunDetail']
export type FilterReport = Schemas['FilterReport']
export type FilterRules = Schemas['FilterRulesRequest']
export type Flag = Schemas['Flag']
export type FlagCode = Schemas['FlagCode']
export type FlagState = Schemas['FlagState']

export const FLAG_CODES: readonly FlagCode[] = [
  'too_long',
  'not_chinese',
  'repetition',
  'near_duplicate',
  'control_tokens',
  'notice',
]
export const FLAG_STATES: readonly FlagState[] = ['found', 'excluded', 'referred', 'overruled']

const POLL_MS = 1000

/** Whether the server is still at work on it. */
export function filterActive({ state }: Pick<FilterRun, 'state'>): boolean {
  return state === 'checking' || state === 'applying'
}

export function filterRunsQuery(project: number) {
  return pagedQuery(['filters', project], (cursor, signal) =>
    ok(api.GET('/api/projects/{project}/filters', { params: { path: { project }, query: { cursor } }, signal })),
  )
}

export function filterRunQuery(run: number) {
  return queryOptions({
    queryKey: ['filter', run],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/filters/{filter_run}', { params: { path: { filter_run: run } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && filterActive(data) ? POLL_MS : false),
  })
}

export interface FlagFilters {
  state?: FlagState
  code?: FlagCode
}

export function flagsQuery(project: number, filters: FlagFilters) {
  return pagedQuery(['flags', project, filters], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/flags', {
        params: { path: { project }, query: { ...filters, cursor, limit: 20 } },
        signal,
      }),
    ),
  )
}

/** Begins a dry run, which changes nothing. */
export function useDryRun(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: FilterRules) =>
      ok(api.POST('/api/projects/{project}/filters', { params: { path: { project } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['filters', project] }),
  })
}

/** Lets the flags of some codes take effect. */
export function useApplyFilters(run: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (codes: FlagCode[]) =>
      ok(api.POST('/api/filters/{filter_run}/apply', { params: { path: { filter_run: run } }, body: { codes } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['filter', run] }),
  })
}

export function useOverruleFlag(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, reason }: { id: number; reason: string }) =>
      ok(api.POST('/api/flags/{flag}/overrule', { params: { path: { flag: id } }, body: { reason } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['flags', project] }),
  })
}

/** Says that the flag of a response that went to QA is right: the response is taken out. */
export function useConfirmFlag(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (flag: number) => ok(api.POST('/api/flags/{flag}/confirm', { params: { path: { flag } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['flags', project] }),
  })
}
