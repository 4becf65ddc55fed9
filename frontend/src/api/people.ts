import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import type { Schemas } from './types'

/** A share with its 95% interval and what it rests on. */
export type Rate = Schemas['Rate']
export type PersonRow = Schemas['PersonRow']
export type Person = Schemas['PersonDetail']
export type PersonCategory = Person['categories'][number]
export type Partner = Person['partners'][number]
export type Paused = NonNullable<Schemas['PauseState']['paused']>
export type Expertise = PersonCategory['state']
/** Where somebody may put a person by hand; exams lead to the others. */
export type GivenExpertise = Schemas['ExpertiseRequestRequest']['state']

export const GIVEN_EXPERTISE = ['open', 'qualified', 'barred'] as const satisfies readonly GivenExpertise[]

/** Annotators and reviewers with their figures, under pseudonyms. */
export function peopleQuery(project: number) {
  return queryOptions({
    queryKey: ['people', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/people', { params: { path: { project } }, signal })),
  })
}

export const peopleCsv = (project: number) => `/api/projects/${project}/people?export=csv`

export function personQuery(person: number) {
  return queryOptions({
    queryKey: ['person', person],
    queryFn: ({ signal }) => ok(api.GET('/api/people/{person}', { params: { path: { person } }, signal })),
  })
}

export const personCsv = (person: number) => `/api/people/${person}?export=csv`

/** Stops a person's work, with a reason that they and the QA leads read; null lets them go on. */
export function usePausePerson(person: number) {
  const onSettled = useChanged(person)
  const params = { path: { person } }
  return useMutation({
    mutationFn: (reason: string | null) =>
      reason === null
        ? ok(api.POST('/api/people/{person}/resume', { params }))
        : ok(api.POST('/api/people/{person}/pause', { params, body: { reason } })),
    onSettled,
  })
}

/** Sets how many tasks a person may do in a day; null leaves it to the project's limit. */
export function useLimitPerson(person: number) {
  const onSettled = useChanged(person)
  return useMutation({
    mutationFn: (daily_limit: number | null) =>
      ok(api.PATCH('/api/people/{person}', { params: { path: { person } }, body: { daily_limit } })),
    onSettled,
  })
}

export function useExpertise(person: number) {
  const onSettled = useChanged(person)
  return useMutation({
    mutationFn: (body: Schemas['ExpertiseRequestRequest']) =>
      ok(api.PUT('/api/people/{person}/expertise', { params: { path: { person } }, body })),
    onSettled,
  })
}

/** Whatever was done, or was done by somebody else before: the person's figures and the lists they stand in are stale. */
function useChanged(person: number) {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['person', person] }),
      client.invalidateQueries({ queryKey: ['people'] }),
    ])
}
