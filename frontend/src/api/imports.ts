import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok, request } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type ImportJob = Schemas['Import']
export type ImportError = Schemas['ImportProblem']

export interface NewImport {
  file: File
  keepGood: boolean
  humanSources: string[]
}

const POLL_MS = 1000

/** Whether the server is still at work on it. */
export function importActive({ state }: Pick<ImportJob, 'state'>): boolean {
  return state === 'checking' || state === 'importing'
}

export function importsQuery(project: number) {
  return pagedQuery(['imports', project], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project_id}/imports', {
        params: { path: { project_id: project }, query: { cursor } },
        signal,
      }),
    ),
  )
}

export function importQuery(job: number) {
  return queryOptions({
    queryKey: ['import', job],
    queryFn: ({ signal }) => ok(api.GET('/api/imports/{job_id}', { params: { path: { job_id: job } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && importActive(data) ? POLL_MS : false),
  })
}

export function importErrorsQuery(job: number) {
  return pagedQuery(['import-errors', job], (cursor, signal) =>
    ok(api.GET('/api/imports/{job_id}/errors', { params: { path: { job_id: job }, query: { cursor } }, signal })),
  )
}

export function useStartImport(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ file, keepGood, humanSources }: NewImport) => {
      const form = new FormData()
      form.set('file', file)
      form.set('keep_good', String(keepGood))
      form.set('human_sources', humanSources.join(','))
      return request<ImportJob>('POST', `/api/projects/${project}/imports`, { form })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['imports', project] }),
  })
}

export function useCommitImport() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (job: number) => ok(api.POST('/api/imports/{job_id}/commit', { params: { path: { job_id: job } } })),
    onSuccess: (job) => client.setQueryData(importQuery(job.id).queryKey, job),
  })
}

export function useDiscardImport(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (job: number) => ok(api.DELETE('/api/imports/{job_id}', { params: { path: { job_id: job } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['imports', project] }),
  })
}
