import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Answer } from './assignments'
import { api, ok } from './client'
import type { Schemas } from './types'

/** Where a person stands in one category. */
export type ExamStanding = Schemas['ExamStanding']
export type Exam = Schemas['Exam']
export type ExamFeedback = Schemas['ExamFeedback']

export function examsQuery(project: number) {
  return queryOptions({
    queryKey: ['exams', project],
    queryFn: ({ signal }) => ok(api.GET('/api/projects/{project}/exams', { params: { path: { project } }, signal })),
  })
}

export function examQuery(exam: number) {
  return queryOptions({
    queryKey: ['exam', exam],
    queryFn: ({ signal }) => ok(api.GET('/api/exams/{exam}', { params: { path: { exam } }, signal })),
  })
}

export function useStartExam(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (category: number) =>
      ok(api.POST('/api/projects/{project}/exams', { params: { path: { project } }, body: { category } })),
    onSuccess: (exam) => client.setQueryData(examQuery(exam.id).queryKey, exam),
    onSettled: () => client.invalidateQueries({ queryKey: ['exams', project] }),
  })
}

/** Answers the task at hand. The same answer sent again, after its reply got lost, gets the same feedback. */
export function useAnswerExam(exam: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (answer: Answer) =>
      ok(api.POST('/api/exams/{exam}/answer', { params: { path: { exam } }, body: answer })),
    onSuccess: (answered) => {
      client.setQueryData(examQuery(exam).queryKey, answered.exam)
      return client.invalidateQueries({ queryKey: ['exams'] })
    },
  })
}
