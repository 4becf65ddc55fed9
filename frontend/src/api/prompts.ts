import { queryOptions } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type PromptState = Schemas['PromptState']
export type Subset = Schemas['SubsetEnum']
export type ComparisonKind = Schemas['ComparisonKindEnum']
export type PromptRow = Schemas['PromptRow']
export type PromptRecord = Schemas['PromptRecord']
export type PromptResponse = Schemas['ResponseDetail']
export type PromptComparison = Schemas['Comparison']
export type HistoryEvent = Schemas['Event']
export type Figures = Schemas['Figures']
export type ConflictRow = Schemas['Group']
export type Effects = Schemas['Effects']
export type VoteEffect = Effects['votes'][number]

/** The states a prompt is shown in, in the order of its way. */
export const PROMPT_STATES = [
  'imported',
  'awaiting_responses',
  'annotating',
  'discussion',
  'escalated_delivery',
  'escalated_operations',
  'escalated_research',
  'settled',
  'delivery_review',
  'operations_review',
  'research_review',
  'accepted',
  'gold',
  'dropped',
] as const satisfies readonly PromptState[]

export const SUBSETS = ['open', 'human'] as const satisfies readonly Subset[]
export const COMPARISON_KINDS = ['human', 'judge', 'adjudication'] as const satisfies readonly ComparisonKind[]

export interface PromptFilters {
  state?: PromptState
  category?: number
  source?: string
  subset?: Subset
  q?: string
}

export function promptsQuery(project: number, filters: PromptFilters) {
  return pagedQuery(['prompts', project, filters], (cursor, signal) =>
    ok(
      api.GET('/api/projects/{project}/prompts', {
        params: { path: { project }, query: { ...filters, cursor } },
        signal,
      }),
    ),
  )
}

export function promptQuery(prompt: number) {
  return queryOptions({
    queryKey: ['prompt', prompt],
    queryFn: ({ signal }) => ok(api.GET('/api/prompts/{prompt}', { params: { path: { prompt } }, signal })),
  })
}

/** What each vote does to a prompt's ranking: the ranking that would be without it. */
export function effectsQuery(prompt: number) {
  return queryOptions({
    queryKey: ['effects', prompt],
    queryFn: ({ signal }) => ok(api.GET('/api/prompts/{prompt}/effects', { params: { path: { prompt } }, signal })),
  })
}

export function figuresQuery(project: number) {
  return queryOptions({
    queryKey: ['figures', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/figures', { params: { path: { project } }, signal })),
  })
}
