import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { pollWhileActive, type Budget, type CallOutcome } from './calls'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type SamplingRun = Schemas['SamplingRun']
export type SampleCall = Schemas['SampleCall']
export type NewSamplingRun = Required<Schemas['SamplingRunRequestRequest']>

export function samplingRunsQuery(project: number) {
  return pagedQuery(['sampling-runs', project], (cursor, signal) =>
    ok(api.GET('/api/projects/{project}/sampling-runs', { params: { path: { project }, query: { cursor } }, signal })),
  )
}

export function samplingWaitingQuery(project: number) {
  return queryOptions({
    queryKey: ['sampling-waiting', project],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project}/sampling-waiting', { params: { path: { project } }, signal })),
  })
}

export function samplingRunQuery(run: number) {
  return queryOptions({
    queryKey: ['sampling-run', run],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/sampling-runs/{sampling_run}', { params: { path: { sampling_run: run } }, signal })),
    refetchInterval: ({ state: { data } }) => pollWhileActive(data),
  })
}

export function sampleCallsQuery(run: number, outcome: CallOutcome | undefined) {
  return pagedQuery(['sample-calls', run, outcome], (cursor, signal) =>
    ok(
      api.GET('/api/sampling-runs/{sampling_run}/calls', {
        params: { path: { sampling_run: run }, query: { cursor, outcome } },
        signal,
      }),
    ),
  )
}

export function useCreateSamplingRun(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewSamplingRun) =>
      ok(api.POST('/api/projects/{project}/sampling-runs', { params: { path: { project } }, body })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['sampling-runs', project] }),
        client.invalidateQueries({ queryKey: ['sampling-waiting', project] }),
      ]),
  })
}

export function useCancelSamplingRun(run: number) {
  const onSuccess = useSamplingRunChanged(run)
  const params = { path: { sampling_run: run } }
  return useMutation({
    mutationFn: () => ok(api.POST('/api/sampling-runs/{sampling_run}/cancel', { params })),
    onSuccess,
  })
}

export function useResumeSamplingRun(run: number) {
  const onSuccess = useSamplingRunChanged(run)
  const params = { path: { sampling_run: run } }
  return useMutation({
    mutationFn: (body: Budget) => ok(api.POST('/api/sampling-runs/{sampling_run}/resume', { params, body })),
    onSuccess,
  })
}

function useSamplingRunChanged(run: number) {
  const client = useQueryClient()
  return (changed: SamplingRun) => client.setQueryData(samplingRunQuery(run).queryKey, changed)
}
