import { examsQuery, useStartExam, type ExamStanding } from '@/api/exams'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Page } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Button, Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import styles from './exam.module.css'
import { wayOf } from './standing'

/** Where a person stands in each category, and the way into its exam. */
export default function ExamsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const query = useQuery(examsQuery(project))
  const columns = useColumns(project)
  return (
    <Page title={t('exam.list')}>
      <p className={styles.hint}>{t('exam.hint')}</p>
      <QueryView query={query}>
        {({ results }) =>
          results.length === 0 ? (
            <EmptyState title={t('exam.empty.title')} hint={t('exam.empty.hint')} />
          ) : (
            <Table size="small" columns={columns} dataSource={results} rowKey={({ category }) => category.id} pagination={false} />
          )
        }
      </QueryView>
    </Page>
  )
}

function useColumns(project: number): TableColumnsType<ExamStanding> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { title: t('list.category'), render: (_, { category }) => category.path.join(' / ') },
    {
      title: t('exam.column.state'),
      render: (_, { category, state, needed }) => (
        <span data-testid={`exam-state-${category.id}`} data-state={state}>
          {t(`exam.state.${state}`)}
          {needed && state !== 'qualified' && <span className={styles.needed}>{t('exam.needed')}</span>}
        </span>
      ),
    },
    { title: t('exam.column.items'), align: 'right', dataIndex: 'n_items' },
    { title: t('exam.column.mark'), align: 'right', render: (_, { mark }) => format.percent(mark) },
    { title: t('exam.column.accuracy'), align: 'right', render: (_, { accuracy }) => format.percent(accuracy) },
    { title: t('exam.column.attempts'), align: 'right', dataIndex: 'attempts_left' },
    { title: t('list.actions'), key: 'way', render: (_, standing) => <WayIn project={project} standing={standing} /> },
  ]
}

function WayIn({ project, standing }: { project: number; standing: ExamStanding }) {
  const { t } = useTranslation()
  const format = useFormat()
  const navigate = useNavigate()
  const start = useStartExam(project)
  const { category, exam, retake_at } = standing
  const way = wayOf(standing)
  if (way === 'continue') {
    return (
      <Link to={`/exams/${exam}`} data-testid={`exam-continue-${category.id}`}>
        {t('exam.continue')}
      </Link>
    )
  }
  if (way === 'wait') return t('exam.retakeAt', { at: format.dateTime(retake_at) })
  if (way === 'none') return null
  return (
    <>
      <Button
        size="small"
        type="primary"
        loading={start.isPending}
        onClick={() => start.mutate(category.id, { onSuccess: ({ id }) => void navigate(`/exams/${id}`) })}
        data-testid={`exam-start-${category.id}`}
      >
        {t('exam.start')}
      </Button>
      <Failure error={start.error} />
    </>
  )
}
