import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Stage } from './reviews'
import type { Schemas } from './types'

export type QueueRow = Schemas['Queue']
export type DisputeRow = Schemas['DisputeRow']
export type Dispute = Schemas['Dispute']
export type DisputeComparison = Schemas['DisputeComparison']
export type DisputeResponse = Schemas['LabelledResponse']
export type DisputedDiscard = Dispute['discards'][number]
export type PastDecision = Dispute['decisions'][number]
export type DiscussionMessage = NonNullable<Dispute['discussion']>['messages'][number]
export type Decision = Required<Schemas['DecisionRequest']>

/** Every queue of quality control: how many wait, since when, at which stage, and whether it is this person's. */
export function queuesQuery(project: number) {
  return queryOptions({
    queryKey: ['queues', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/queues', { params: { path: { project } }, signal })),
  })
}

/** The prompts that wait for a decision, those waiting longest first. */
export function disputesQuery(project: number, filters: { stage?: Stage; category?: number }) {
  return pagedQuery(['disputes', project, filters], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/disputes', {
        params: { path: { project }, query: { ...filters, cursor } },
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

/** Settles every difference of a prompt at once. */
export function useDecide(project: number) {
  const onSettled = useSettled(project)
  return useMutation({
    mutationFn: ({ prompt, decision }: { prompt: number; decision: Decision }) =>
      ok(api.POST('/api/disputes/{prompt}/decision', { params: { path: { prompt } }, body: decision })),
    onSettled,
  })
}

/** Hands a prompt on to the next stage. */
export function useEscalate(project: number) {
  const onSettled = useSettled(project)
  return useMutation({
    mutationFn: ({ prompt, reason }: { prompt: number; reason: string }) =>
      ok(api.POST('/api/disputes/{prompt}/escalate', { params: { path: { prompt } }, body: { reason } })),
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
    for (const list of ['disputes', 'queues', 'prompts', 'figures']) {
      void client.invalidateQueries({ queryKey: [list, project] })
    }
    for (const one of ['prompt', 'effects']) void client.invalidateQueries({ queryKey: [one, prompt] })
    void client.invalidateQueries({ queryKey: ['dispute', prompt], refetchType: 'none' })
  }
}
