import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query'
import type { Page } from './types'

/** A keyset-paged list: the pages loaded so far. `load` fetches one page, the first one without a cursor. */
export function pagedQuery<P extends Page<unknown>>(
  queryKey: QueryKey,
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<P>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  })
}
