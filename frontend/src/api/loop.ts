import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type Loop = Schemas['Loop']
export type LoopRule = Schemas['LoopRule']
export type LoopRuleWishes = Schemas['LoopRuleWishesRequest']
export type LoopRound = Schemas['LoopRound']
export type LoopState = Schemas['LoopState']
export type LoopTrigger = Schemas['LoopTrigger']

export const TRIGGERS: readonly LoopTrigger[] = ['every_n', 'nightly']

const POLL_MS = 3000
const REST_MS = 30_000

/** Whether a round is under way. */
export function roundOpen(state: LoopState): boolean {
  return state === 'freezing' || state === 'training' || state === 'comparing'
}

/** The rule of a project, what is new since the last round, and the round under way. */
export function loopQuery(project: number) {
  return queryOptions({
    queryKey: ['loop', project],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project_id}/loop', { params: { path: { project_id: project } }, signal })),
    refetchInterval: ({ state: { data } }) => (data?.open ? POLL_MS : REST_MS),
  })
}

interface RoundsState {
  state: { data: { pages: readonly { results: readonly LoopRound[] }[] } | undefined }
}

/** The rounds, newest first; a round may begin or go on at any time without anybody's doing. */
export function roundsQuery(project: number, open: boolean) {
  return {
    ...pagedQuery(['loop-rounds', project], (cursor, signal) =>
      ok(
        api.GET('/api/projects/{project_id}/loop/rounds', {
          params: { path: { project_id: project }, query: { cursor } },
          signal,
        }),
      ),
    ),
    // Also while a row of its own is under way: that the round has ended may be known before the rows are.
    refetchInterval: ({ state }: RoundsState) =>
      open || state.data?.pages[0]?.results.some((row) => roundOpen(row.state)) ? POLL_MS : REST_MS,
  }
}

function useChanged(project: number) {
  const client = useQueryClient()
  return () =>
    Promise.all(['loop', 'loop-rounds'].map((name) => client.invalidateQueries({ queryKey: [name, project] })))
}

export function useSaveLoopRule(project: number) {
  const onSuccess = useChanged(project)
  return useMutation({
    mutationFn: (body: LoopRuleWishes) =>
      ok(api.PUT('/api/projects/{project_id}/loop', { params: { path: { project_id: project } }, body })),
    onSuccess,
  })
}

/** Lets no round begin any more (true), or lets them begin again. */
export function usePauseLoop(project: number) {
  const onSettled = useChanged(project)
  const params = { path: { project_id: project } }
  return useMutation({
    mutationFn: (paused: boolean) =>
      ok(
        paused
          ? api.POST('/api/projects/{project_id}/loop/pause', { params })
          : api.POST('/api/projects/{project_id}/loop/resume', { params }),
      ),
    onSettled,
  })
}

export function useRunLoopNow(project: number) {
  const onSettled = useChanged(project)
  return useMutation({
    mutationFn: () => ok(api.POST('/api/projects/{project_id}/loop/run-now', { params: { path: { project_id: project } } })),
    onSettled,
  })
}

export function useRetryRound(project: number) {
  const onSettled = useChanged(project)
  return useMutation({
    mutationFn: (round: number) =>
      ok(api.POST('/api/loop-rounds/{round_id}/retry', { params: { path: { round_id: round } } })),
    onSettled,
  })
}

export function useCancelRound(project: number) {
  const onSettled = useChanged(project)
  return useMutation({
    mutationFn: (round: number) =>
      ok(api.POST('/api/loop-rounds/{round_id}/cancel', { params: { path: { round_id: round } } })),
    onSettled,
  })
}
