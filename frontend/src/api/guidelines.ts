import { queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

export type Guideline = Schemas['Guideline']

export function guidelineQuery(category: number) {
  return queryOptions({
    queryKey: ['guideline', category],
    queryFn: ({ signal }) => 
      ok(api.GET('/api/categories/{category}/guideline', { params: { path: { category } }, signal })),
    staleTime: 5 * 60_000,
  })
}
