import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type Notice = Schemas['Notice']

const KEY = ['notices']
const POLL_MS = 60_000

/** What the person was told, the newest first; every page also counts what is unread. Asked again while the page is in view. */
export const noticesQuery = {
  ...pagedQuery(KEY, (cursor, signal) => ok(api.GET('/api/notices', { params: { query: { cursor } }, signal }))),
  refetchInterval: POLL_MS,
  refetchOnWindowFocus: true,
}

/** Marks notices as read; null means all of them. */
export function useReadNotices() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ids: number[] | null) => ok(api.POST('/api/notices/read', { body: { ids } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  })
}
