import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type GoldRow = Schemas['GoldRow']
export type NewGold = Schemas['GoldRequestRequest']
export type GoldChange = Schemas['PatchedGoldChangeRequest']
export type ReviewGoldRow = Schemas['ReviewGoldRow']

export interface GoldFilters {
  category?: number
  active?: boolean
}

/** Tasks whose right order is known, the newest first. */
export function goldQuery(project: number, filters: GoldFilters) {
  return pagedQuery(['gold', project, filters], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/gold', { params: { path: { project }, query: { ...filters, cursor } }, signal }),
    ),
  )
}

/** Reviews whose right outcome is known, the newest first. */
export function reviewGoldQuery(project: number) {
  return pagedQuery(['review-gold', project], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/review-gold', { params: { path: { project }, query: { cursor } }, signal }),
    ),
  )
}

/** Makes gold of every task of a prompt. */
export function useCreateGold(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewGold) => ok(api.POST('/api/projects/{project}/gold', { params: { path: { project } }, body })),
    onSuccess: () => {
      // A prompt that nobody has begun leaves annotation for it.
      for (const list of ['gold', 'prompts', 'figures', 'categories']) {
        void client.invalidateQueries({ queryKey: [list, project] })
      }
    },
  })
}

export function useChangeGold(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, change }: { id: number; change: GoldChange }) =>
      ok(api.PATCH('/api/gold/{gold}', { params: { path: { gold: id } }, body: change })),
    onSettled: () =>
      Promise.all(['gold', 'categories'].map((list) => client.invalidateQueries({ queryKey: [list, project] }))),
  })
}

/** Makes a closed review one whose right outcome is known. */
export function useMakeReviewGold(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ review, body }: { review: number; body: Schemas['ReviewGoldRequestRequest'] }) =>
      ok(api.POST('/api/reviews/{review}/gold', { params: { path: { review } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['review-gold', project] }),
  })
}

export function useChangeReviewGold(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, active }: { id: number; active: boolean }) =>
      ok(api.PATCH('/api/review-gold/{gold}', { params: { path: { gold: id } }, body: { active } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['review-gold', project] }),
  })
}
