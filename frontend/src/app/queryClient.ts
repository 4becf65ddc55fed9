import { ApiError } from '@/api/client'
import { QueryClient } from '@tanstack/react-query'

/** Reads are tried three times where the failure may pass by itself; writes only where a caller asks for it. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.transient,
        refetchOnWindowFocus: false,
      },
    },
  })
}
