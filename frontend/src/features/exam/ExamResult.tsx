import type { Exam } from '@/api/exams'
import { EmptyState } from '@/components/EmptyState'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

/** How an exam ended, and what follows. */
export function ExamResult({ exam }: { exam: Exam }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { project } = exam
  const passed = exam.state === 'passed'
  const figures = { accuracy: format.percent(exam.accuracy), mark: format.percent(exam.mark) }
  return (
    <div data-testid="exam-result" data-state={exam.state}>
      <EmptyState
        title={t(passed ? 'exam.result.passed' : 'exam.result.failed', { category: exam.category.path.join(' / ') })}
        hint={`${t('exam.result.figures', figures)}\n${t(passed ? 'exam.result.passedHint' : 'exam.result.failedHint')}`}
      >
        {passed && <Link to={`/p/${project}/annotate`}>{t('exam.result.toWork')}</Link>}
        <Link to={`/p/${project}/exams`}>{t('exam.result.toExams')}</Link>
      </EmptyState>
    </div>
  )
}
