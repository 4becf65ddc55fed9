import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Subset } from './prompts'
import type { Schemas } from './types'

export type Model = Schemas['Model']
export type FullModel = Schemas['FullModel']
export type FullEvaluation = Schemas['FullEvaluation']
export type Measured = Schemas['Measured']
export type SubsetFigures = Schemas['SubsetFigures']
export type Adapter = Schemas['Adapter']
export type EvaluationJob = Schemas['EvaluationJob']
export type Disagreement = Schemas['Disagreement']
export type ModelComparison = Schemas['ModelComparison']
export type NewModel = Required<Schemas['ModelRegisterRequest']>

export const ADAPTERS: readonly Adapter[] = ['auto', 'chat', 'pair', 'value_head', 'generative']
export const METRICS = ['accuracy', 'exact_match'] as const
export type Metric = (typeof METRICS)[number]

const POLL_MS = 2000

/** Whether a worker has it, or will. */
export function evaluationActive(job: EvaluationJob): boolean {
  return job.state === 'queued' || job.state === 'running'
}

export function modelsQuery(project: number) {
  return pagedQuery(['models', project], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project_id}/models', {
        params: { path: { project_id: project }, query: { cursor } },
        signal,
      }),
    ),
  )
}

export function modelQuery(model: number) {
  return queryOptions({
    queryKey: ['model', model],
    queryFn: ({ signal }) => ok(api.GET('/api/models/{model_id}', { params: { path: { model_id: model } }, signal })),
  })
}

export function useRegisterModel(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewModel) =>
      ok(api.POST('/api/projects/{project_id}/models', { params: { path: { project_id: project } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['models', project] }),
  })
}

/** A model's newest evaluation jobs, followed while one of them is under way. */
export function evaluationJobsQuery(model: number) {
  return queryOptions({
    queryKey: ['evaluation-jobs', model],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/models/{model_id}/evaluations', { params: { path: { model_id: model } }, signal })),
    refetchInterval: ({ state: { data } }) => (data?.results.some(evaluationActive) ? POLL_MS : false),
  })
}

export function useEvaluate(model: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (set: number) =>
      ok(api.POST('/api/models/{model_id}/evaluations', { params: { path: { model_id: model } }, body: { set } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['evaluation-jobs', model] }),
  })
}

export function useCancelEvaluation(model: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (job: number) =>
      ok(api.POST('/api/evaluations/{evaluation_id}/cancel', { params: { path: { evaluation_id: job } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['evaluation-jobs', model] }),
  })
}

interface DisagreementFilter {
  set: number
  subset?: Subset
  category?: string
}

/** What a model orders against the human ranking, worst first. */
export function disagreementsQuery(model: number, filter: DisagreementFilter) {
  return pagedQuery(['disagreements', model, filter], (cursor, signal) =>
    ok(
      api.GET('/api/models/{model_id}/disagreements', {
        params: { path: { model_id: model }, query: { ...filter, cursor: cursor ? Number(cursor) : undefined } },
        signal,
      }),
    ),
  )
}

/** Whether `model` beats `against` on the benchmark of a set, by a paired bootstrap. */
export function comparisonQuery(project: number, set: number, model: number, against: number) {
  return queryOptions({
    queryKey: ['models-compared', project, set, model, against],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/projects/{project_id}/models/compare', {
          params: { path: { project_id: project }, query: { set, model, against } },
          signal,
        }),
      ),
    staleTime: Infinity,
    retry: false,
  })
}
