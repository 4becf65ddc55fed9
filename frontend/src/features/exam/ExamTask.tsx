import type { Answer, Assignment } from '@/api/assignments'
import { ApiError } from '@/api/client'
import { useAnswerExam, type Exam, type ExamFeedback } from '@/api/exams'
import { ActiveClock } from '@/components/task/activeClock'
import { dropDraft } from '@/components/task/drafts'
import { closeDraft } from '@/components/task/draftSync'
import { TaskBoard } from '@/components/task/TaskBoard'
import { Failure } from '@/components/Failure'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  exam: Exam
  assignment: Assignment
  user: number
  onAnswered: (answered: { assignment: Assignment; feedback: ExamFeedback; exam: Exam }) => void
}

/** The exam's task at hand, worked on as in the workbench; it cannot be skipped. */
export function ExamTask({ exam, assignment, user, onAnswered }: Props) {
  const { t } = useTranslation()
  const clock = useMemo(() => new ActiveClock(), [])
  useEffect(() => clock.start(), [clock])
  const send = useAnswerExam(exam.id)

  const submit = (answer: Answer) => {
    // An answer that may have arrived goes out again as it was, under its own key.
    const unsure = send.error instanceof ApiError && send.error.transient ? send.variables : undefined
    send.mutate(unsure ?? answer, {
      onSuccess: (answered) => {
        closeDraft(user, assignment.id)
        dropDraft(user, assignment.id)
        onAnswered({ assignment, ...answered })
      },
    })
  }
  return (
    <>
      <Failure error={send.error} kept={t('exam.kept')} />
      <TaskBoard
        assignment={assignment}
        user={user}
        clock={clock}
        standing={
          <span data-testid="exam-progress">{t('exam.progress', { at: exam.index + 1, of: exam.n_items })}</span>
        }
        pending={send.isPending}
        onSubmit={submit}
      />
    </>
  )
}
