import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type DisputeRow = Schemas['DisputeRow']
export type Dispute = Schemas['Dispute']
export type DisputeComparison = Schemas['DisputeComparison']
export type DisputeResponse = Schemas['LabelledResponse']
export type Decision = Required<Schemas['DecisionRequest']>

/** The prompts that wait for a decision, those waiting longest first. */
export function disputesQuery(project: number, category: number | undefined) {
  return pagedQuery(['disputes', project, category], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/disputes', {
        params: { path: { project }, query: { category, cursor } },
        signal,
      }),
    ),
  )
}

export function disputeQuery(prompt: number) {
  return queryOptions({
    queryKey: ['dispute', prompt],
    queryFn: ({ signal }) => ok(api.GET('/api/disputes/{prompt}', { params: { path: { prompt } }, signal })),
  })
}

/** Settles every differing comparison of a prompt at once. */
export function useDecide(project: number) {
  const onSettled = useSettled(project)
  return useMutation({
    mutationFn: ({ prompt, decision }: { prompt: number; decision: Decision }) =>
      ok(api.POST('/api/disputes/{prompt}/decision', { params: { path: { prompt } }, body: decision })),
    onSettled,
  })
}

export function useDropPrompt(project: number) {
  const onSettled = useSettled(project)
  return useMutation({
    mutationFn: ({ prompt, reason }: { prompt: number; reason: string }) =>
      ok(api.POST('/api/prompts/{prompt}/drop', { params: { path: { prompt } }, body: { reason } })),
    onSettled,
  })
}

/** What a settled prompt, also one that somebody else has settled, makes stale: the queue, lists and figures, itself. */
function useSettled(project: number) {
  const client = useQueryClient()
  return (_data: unknown, _error: unknown, { prompt }: { prompt: number }) => {
    void client.invalidateQueries({ queryKey: ['disputes', project] })
    void client.invalidateQueries({ queryKey: ['prompts', project] })
    void client.invalidateQueries({ queryKey: ['figures', project] })
    void client.invalidateQueries({ queryKey: ['prompt', prompt] })
  }
}
