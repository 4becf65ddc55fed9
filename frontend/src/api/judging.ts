import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { pollWhileActive, type Budget, type CallOutcome } from './calls'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type JudgeRun = Schemas['JudgeRun']
export type JudgeReport = Schemas['JudgeReport']
export type JudgeCall = Schemas['JudgeCall']
export type JudgeTemplate = Schemas['JudgeTemplate']
export type JudgeLanguage = Schemas['JudgeLanguage']
export type Share = Schemas['Share']
export type NewTrial = Required<Schemas['JudgeTrialRequestRequest']>
export type NewJudgeRun = Required<Schemas['JudgeRunRequestRequest']>
export type NewTemplate = Required<Schemas['JudgeTemplateRequestRequest']>

export const LANGUAGES = ['zh', 'en'] as const satisfies readonly JudgeLanguage[]

export function judgeRunsQuery(project: number) {
  return pagedQuery(['judge-runs', project], (cursor, signal) =>
    ok(api.GET('/api/projects/{project}/judge-runs', { params: { path: { project }, query: { cursor } }, signal })),
  )
}

export function judgeRunQuery(run: number) {
  return queryOptions({
    queryKey: ['judge-run', run],
    queryFn: ({ signal }) => ok(api.GET('/api/judge-runs/{judge_run}', { params: { path: { judge_run: run } }, signal })),
    refetchInterval: ({ state: { data } }) => pollWhileActive(data),
  })
}

export function judgeCallsQuery(run: number, outcome: CallOutcome | undefined) {
  return pagedQuery(['judge-calls', run, outcome], (cursor, signal) =>
    ok(
      api.GET('/api/judge-runs/{judge_run}/calls', {
        params: { path: { judge_run: run }, query: { cursor, outcome } },
        signal,
      }),
    ),
  )
}

export function useCreateTrial(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewTrial) =>
      ok(api.POST('/api/projects/{project}/judge-runs', { params: { path: { project } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['judge-runs', project] }),
  })
}

/** Lets the judge of a released trial loose. */
export function useCreateJudgeRun(trial: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewJudgeRun) =>
      ok(api.POST('/api/judge-runs/{judge_run}/runs', { params: { path: { judge_run: trial } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['judge-runs'] }),
  })
}

export function useReleaseJudge(run: number) {
  const onSuccess = useJudgeRunChanged(run)
  const params = { path: { judge_run: run } }
  return useMutation({ mutationFn: () => ok(api.POST('/api/judge-runs/{judge_run}/release', { params })), onSuccess })
}

export function useCancelJudgeRun(run: number) {
  const onSuccess = useJudgeRunChanged(run)
  const params = { path: { judge_run: run } }
  return useMutation({ mutationFn: () => ok(api.POST('/api/judge-runs/{judge_run}/cancel', { params })), onSuccess })
}

export function useResumeJudgeRun(run: number) {
  const onSuccess = useJudgeRunChanged(run)
  const params = { path: { judge_run: run } }
  return useMutation({
    mutationFn: (body: Budget) => ok(api.POST('/api/judge-runs/{judge_run}/resume', { params, body })),
    onSuccess,
  })
}

function useJudgeRunChanged(run: number) {
  const client = useQueryClient()
  return (changed: JudgeRun) => client.setQueryData(judgeRunQuery(run).queryKey, changed)
}

export function judgeTemplatesQuery(project: number, language: JudgeLanguage) {
  return queryOptions({
    queryKey: ['judge-templates', project, language],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/projects/{project}/judge-templates', { params: { path: { project }, query: { language } }, signal }),
      ),
  })
}

export function useSaveTemplate(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewTemplate) =>
      ok(api.POST('/api/projects/{project}/judge-templates', { params: { path: { project } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['judge-templates', project] }),
  })
}
