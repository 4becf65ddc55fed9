import type { Assignment } from '@/api/assignments'
import type { Exam, ExamFeedback } from '@/api/exams'
import { Tiers } from '@/components/Tiers'
import { TaskTexts } from '@/components/task/TaskTexts'
import { useFormat } from '@/lib/format'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './exam.module.css'

interface Props {
  assignment: Assignment
  feedback: ExamFeedback
  exam: Exam
  onNext: () => void
}

/** What the teams agreed on for a task, beside one's own order, and why. */
export function Feedback({ assignment, feedback, exam, onNext }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const { reference, order, reason, same, comparisons } = feedback
  const position = (id: number) => assignment.responses.findIndex((response) => response.id === id)
  return (
    <>
      <div className={styles.texts}>
        <TaskTexts assignment={assignment} />
      </div>
      <footer className={styles.feedback} data-testid="exam-feedback">
        <dl className={styles.orders}>
          <dt>{t('exam.feedback.reference')}</dt>
          <dd data-testid="exam-reference">
            <Tiers tiers={reference} position={position} />
          </dd>
          <dt>{t('exam.feedback.own')}</dt>
          <dd data-testid="exam-own">
            <Tiers tiers={order} position={position} />
          </dd>
        </dl>
        <div className={styles.reason}>
          <strong>
            {same === comparisons ? '✓ ' : ''}
            {t('exam.feedback.same', { same: format.decimal(same), comparisons })}
          </strong>
          <p>{reason}</p>
        </div>
        <Button type="primary" autoFocus onClick={onNext} data-testid="exam-next">
          {t(exam.state === 'running' ? 'exam.feedback.next' : 'exam.feedback.result')} <kbd>⏎</kbd>
        </Button>
      </footer>
    </>
  )
}
