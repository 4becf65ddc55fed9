import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Role, Schemas } from './types'

export type Stage = Schemas['ReviewStage']
export type ReviewRow = Schemas['ReviewRow']
export type Review = Schemas['Review']
export type ReviewComparison = Schemas['ReviewComparison']
export type ReviewSlot = Schemas['ReviewSlot']
export type Rejection = Schemas['RejectRequest']
export type Span = Schemas['SpanRequest']
export type ReturnTo = Schemas['ReturnToEnum']
export type Overruling = Schemas['OverruleRequest']

/** The stages in the order in which a prompt passes them. */
export const STAGES = ['delivery', 'operations', 'research'] as const satisfies readonly Stage[]

/** The stages at which somebody with `roles` decides and reviews; an owner at every one. */
export function stagesOf(roles: readonly Role[]): Stage[] {
  return STAGES.filter((stage) => roles.includes('owner') || roles.includes(`${stage}_reviewer`))
}

/** `value` if it names a stage, as an address may claim. */
export function asStage(value: string | null): Stage | undefined {
  return STAGES.find((stage) => stage === value)
}

/** What waits for this person's review, oldest first. */
export function reviewsQuery(project: number, filters: { stage?: Stage; category?: number }) {
  return pagedQuery(['reviews', project, filters], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/reviews', {
        params: { path: { project }, query: { ...filters, cursor } },
        signal,
      }),
    ),
  )
}

export function reviewQuery(review: number) {
  return queryOptions({
    queryKey: ['review', review],
    queryFn: ({ signal }) => ok(api.GET('/api/reviews/{review}', { params: { path: { review } }, signal })),
  })
}

export type Act =
  | { kind: 'approve'; body: { note: string } }
  | { kind: 'reject'; body: Rejection }
  | { kind: 'overrule'; body: Overruling }

/** Closes a review in one of its three ways. */
export function useReview(project: number, review: number) {
  const client = useQueryClient()
  const params = { path: { review } }
  return useMutation({
    mutationFn: ({ kind, body }: Act) => {
      if (kind === 'approve') return ok(api.POST('/api/reviews/{review}/approve', { params, body }))
      if (kind === 'reject') return ok(api.POST('/api/reviews/{review}/reject', { params, body }))
      return ok(api.POST('/api/reviews/{review}/overrule', { params, body }))
    },
    // Also where somebody else closed it: the list and the item are stale either way.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['reviews', project] })
      void client.invalidateQueries({ queryKey: ['queues', project] })
      void client.invalidateQueries({ queryKey: ['review', review], refetchType: 'none' })
    },
  })
}
