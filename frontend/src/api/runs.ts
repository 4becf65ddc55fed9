import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type Run = Schemas['Run']
export type RunState = Schemas['RunState']
export type RunMetrics = Schemas['Metrics']
export type CategoryFigures = Schemas['CategoryFigures']
export type Hyperparameter = Schemas['Hyperparameter']
export type Bases = Schemas['Bases']
export type NewRun = Required<Schemas['RunCreateRequest']>

/** One logged step of the training, as the engine writes it; an older engine logged less, a newer one may log more. */
export interface ProgressRow {
  step: number
  loss: number
  accuracy: number
  lr: number
  grad_norm: number
  tokens_per_s: number
  /** Peak of the step in MiB; null where the device does not say */
  memory_mb?: number | null
  /** What the loss is made of, by name */
  loss_parts?: Readonly<Record<string, number>>
  /** What the engine did otherwise than asked, and why */
  notes?: readonly string[]
}

const POLL_MS = 2000

/** Whether a worker has it, or will. */
export function runActive(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'benchmarking'
}

export function runsQuery(project: number) {
  return pagedQuery(['runs', project], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project_id}/runs', {
        params: { path: { project_id: project }, query: { cursor } },
        signal,
      }),
    ),
  )
}

export function runQuery(run: number) {
  return queryOptions({
    queryKey: ['run', run],
    queryFn: ({ signal }) => ok(api.GET('/api/runs/{run_id}', { params: { path: { run_id: run } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && runActive(data.state) ? POLL_MS : false),
  })
}

interface RunProgress {
  rows: ProgressRow[]
  next: number
  state: RunState
}

/** All progress rows so far: each poll asks only for those after the last one it has. */
export function progressQuery(run: number) {
  const queryKey = ['run-progress', run]
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<RunProgress> => {
      const before = client.getQueryData<RunProgress>(queryKey)
      const params = { path: { run_id: run }, query: { after: before?.next ?? 0 } }
      const more = await ok(api.GET('/api/runs/{run_id}/progress', { params, signal }))
      // The server hands on the lines of the engine's file as they are (FORMATS 6).
      const rows = more.rows as unknown as ProgressRow[]
      return { ...more, rows: [...(before?.rows ?? []), ...rows] }
    },
    structuralSharing: false,
    refetchInterval: ({ state: { data } }) => (data && runActive(data.state) ? POLL_MS : false),
  })
}

/** The end of the log as it was when first asked for and all that came after, followed while the run is `active`. */
export function logQuery(run: number, active: boolean) {
  const queryKey = ['run-log', run]
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<Schemas['Log']> => {
      const before = client.getQueryData<Schemas['Log']>(queryKey)
      const params = { path: { run_id: run }, query: { offset: before?.next } }
      const more = await ok(api.GET('/api/runs/{run_id}/log', { params, signal }))
      return { text: (before?.text ?? '') + more.text, next: more.next }
    },
    structuralSharing: false,
    refetchInterval: active ? POLL_MS : false,
  })
}

export function basesQuery(project: number) {
  return queryOptions({
    queryKey: ['bases', project],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/projects/{project_id}/bases', { params: { path: { project_id: project } }, signal })),
  })
}

export const hyperparametersQuery = queryOptions({
  queryKey: ['hyperparameters'],
  queryFn: ({ signal }) => ok(api.GET('/api/hyperparameters', { signal })),
  staleTime: Infinity,
})

export function useCreateRun(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewRun) =>
      ok(api.POST('/api/projects/{project_id}/runs', { params: { path: { project_id: project } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['runs', project] }),
  })
}

export function useCancelRun(run: number) {
  const onSuccess = useRunChanged(run)
  return useMutation({
    mutationFn: () => ok(api.POST('/api/runs/{run_id}/cancel', { params: { path: { run_id: run } } })),
    onSuccess,
  })
}

/** Goes on from the last checkpoint. */
export function useResumeRun(run: number) {
  const onSuccess = useRunChanged(run)
  return useMutation({
    mutationFn: () => ok(api.POST('/api/runs/{run_id}/resume', { params: { path: { run_id: run } } })),
    onSuccess,
  })
}

function useRunChanged(run: number) {
  const client = useQueryClient()
  return (changed: Run) => {
    client.setQueryData(runQuery(run).queryKey, changed)
    // A resumed run cuts its files back to the checkpoint, so what was read of them is read anew.
    void client.resetQueries({ queryKey: ['run-progress', run] })
    void client.resetQueries({ queryKey: ['run-log', run] })
  }
}
