import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorState } from './ErrorState'
import { Loading } from './Loading'

interface Props<T> {
  query: UseQueryResult<T>
  children: (data: T) => ReactNode
}

/** What a read came to: its data as soon as there is any (kept through a failed refresh), an error, or loading. */
export function QueryView<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  return <Loading />
}
