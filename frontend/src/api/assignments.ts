import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { guidelineQuery } from './guidelines'
import type { Schemas } from './types'

/** A leased task as its annotator sees it; responses stand in display order. */
export type Assignment = Schemas['Assignment']
export type Claim = Schemas['Claim']
/** A kind of fault that a span can be marked with, and what it is called */
export type FaultKind = Schemas['FaultKind']
/** What one said of this very task before: of work that came back, or that one took back */
export type Previous = NonNullable<Assignment['previous']>
export type NoWorkReason = Schemas['WhyNoneEnum']
export type NoWorkDetails = Claim['why_details']
/** Why a reviewer sent a task back */
export type Returned = NonNullable<Assignment['returned']>

export interface Answer extends Required<Schemas['SubmitRequest']> {
  scores: Record<string, number>
}

export const SKIP_REASONS = ['not_qualified', 'broken_content', 'harmful', 'too_long', 'other'] as const satisfies readonly SkipReason[]
export type SkipReason = Schemas['ReasonEnum']

/** The most tasks that one person may hold at once. */
export const MAX_LEASES = 3

/** Takes work until `count` tasks (1 to MAX_LEASES) are held. Answers all that are held, also beyond `count`. */
export function claimAssignments(project: number, count: number) {
  return ok(api.POST('/api/projects/{project}/assignments/claim', { params: { path: { project } }, body: { count } }))
}

export function renewAssignment(assignment: number, token: number) {
  return ok(api.POST('/api/assignments/{assignment}/renew', { params: { path: { assignment } }, body: { token } }))
}

/** Hands in an answer. The same idempotency key sent twice is stored once. */
export function submitAssignment(assignment: number, answer: Answer) {
  return ok(api.POST('/api/assignments/{assignment}/submit', { params: { path: { assignment } }, body: answer }))
}

export function skipAssignment(assignment: number, body: Schemas['SkipRequest']) {
  return ok(api.POST('/api/assignments/{assignment}/skip', { params: { path: { assignment } }, body }))
}

/** Work in progress as its author's browser saved it on the server */
export type ServerDraft = Schemas['Draft']

/**
 * Saves work in progress on top of `version` (0: none); refused as "draft_newer" if another browser saved since.
 * `keepalive` lets the request outlive the page, as browsers allow for small ones.
 */
export function saveServerDraft(assignment: number, version: number, content: object, keepalive: boolean) {
  const body = { version, content: { ...content } }
  return ok(api.PUT('/api/assignments/{assignment}/draft', { params: { path: { assignment } }, body, keepalive }))
}

export function getServerDraft(assignment: number): Promise<ServerDraft> {
  return ok(api.GET('/api/assignments/{assignment}/draft', { params: { path: { assignment } } }))
}

/** Takes a submitted answer back, with the task. Refused where others have built on it already. */
export async function withdrawAssignment(assignment: number): Promise<Assignment> {
  const call = api.POST('/api/assignments/{assignment}/withdraw', { params: { path: { assignment } } })
  return (await ok(call)).assignment
}

/** Notes that the person has read a version of the guideline that holds for a category. */
export function useReadGuideline(category: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (version: number) =>
      ok(api.POST('/api/categories/{category}/guideline/read', { params: { path: { category } }, body: { version } })),
    onSuccess: () => client.invalidateQueries({ queryKey: guidelineQuery(category).queryKey }),
  })
}
