import { queryOptions, useMutation, useMutationState, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type DiscussionRow = Schemas['DiscussionRow']
export type Discussion = Schemas['Discussion']
export type DiscussionComparison = Discussion['comparisons'][number]
export type DiscussionVerdict = DiscussionComparison['verdicts'][number]
export type DiscussionMessage = Discussion['messages'][number]
export type DisputedDiscard = Discussion['discards'][number]
export type MessageBody = Schemas['MessagePostRequest']
export type Revision = Schemas['ReviseRequest']

/** How often an open discussion is looked at for what others did. */
const POLL_MS = 4_000

/** A person's discussions: those open, due first, or those closed. */
export function discussionsQuery(project: number, state: 'open' | 'closed') {
  return pagedQuery(['discussions', project, state], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/discussions', { params: { path: { project }, query: { state, cursor } }, signal }),
    ),
  )
}

export function discussionQuery(prompt: number) {
  return queryOptions({
    queryKey: ['discussion', prompt],
    queryFn: ({ signal }) => ok(api.GET('/api/discussions/{prompt}', { params: { path: { prompt } }, signal })),
    refetchInterval: ({ state }) => (state.data?.open === false ? false : POLL_MS),
  })
}

/** Writes of one discussion go one after another, and each makes what is shown stale. */
function useDiscussionWrite<T, R>(prompt: number, name: string, mutationFn: (body: T) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationKey: [name, prompt],
    mutationFn,
    scope: { id: `discussion-${prompt}` },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['discussions'] })
      return client.invalidateQueries({ queryKey: discussionQuery(prompt).queryKey })
    },
  })
}

const at = (prompt: number) => ({ params: { path: { prompt } } })

export function useSendMessage(prompt: number) {
  return useDiscussionWrite(prompt, 'message', (body: MessageBody) =>
    ok(api.POST('/api/discussions/{prompt}/messages', { ...at(prompt), body })),
  )
}

/** Changes an own verdict; what was said before stays in its history. */
export function useRevise(prompt: number) {
  return useDiscussionWrite(prompt, 'revise', (body: Revision) =>
    ok(api.POST('/api/discussions/{prompt}/revise', { ...at(prompt), body })),
  )
}

/** Revisions on their way, in order: what the page shows as done already. */
export function usePendingRevisions(prompt: number): Revision[] {
  return useMutationState({
    filters: { mutationKey: ['revise', prompt], status: 'pending' },
    select: ({ state }) => state.variables as Revision,
  })
}

/** Sets or takes back the own pass's mark that a response is garbage. */
export function useMarkDiscard(prompt: number) {
  return useDiscussionWrite(prompt, 'discard', (body: Schemas['DiscardReviseRequest']) =>
    ok(api.POST('/api/discussions/{prompt}/discard', { ...at(prompt), body })),
  )
}

export function useEscalate(prompt: number) {
  return useDiscussionWrite(prompt, 'escalate', (reason: string) =>
    ok(api.POST('/api/discussions/{prompt}/escalate', { ...at(prompt), body: { reason } })),
  )
}
