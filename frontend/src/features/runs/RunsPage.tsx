import { runsQuery, type Run } from '@/api/runs'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { RunForm } from './RunForm'

/** The training runs of a project, and the form for the next one (`?new=1&set=…`). */
export default function RunsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('new', 'set')
  const runs = useInfiniteQuery(runsQuery(project))
  const open = () => setFilters({ new: '1' })
  return (
    <Page
      title={t('runs.title')}
      actions={
        !filters.new && (
          <Button type="primary" onClick={open} data-testid="run-new">
            {t('runs.create')}
          </Button>
        )
      }
    >
      {filters.new && (
        <RunForm
          project={project}
          set={Number(filters.set) || null}
          onClose={() => setFilters({ new: null, set: null })}
        />
      )}
      <Section>
        <PagedTable
          query={runs}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={
            <EmptyState title={t('runs.empty.title')} hint={t('runs.empty.hint')}>
              {!filters.new && <Button onClick={open}>{t('runs.create')}</Button>}
            </EmptyState>
          }
          testid="runs"
        />
      </Section>
    </Page>
  )
}

function useColumns(): TableColumnsType<Run> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('runs.name'),
      render: (_, run) => (
        <Link to={`/runs/${run.id}`} data-testid={`run-${run.id}`}>
          {t('runs.numbered', { id: run.id, name: run.name })}
        </Link>
      ),
    },
    { title: t('runs.state'), render: (_, run) => <StateTag machine="run" state={run.state} /> },
    {
      title: t('runs.set'),
      render: (_, run) => <Link to={`/sets/${run.set.id}`}>{t('runs.versioned', run.set)}</Link>,
    },
    { title: t('runs.base'), dataIndex: 'base' },
    {
      title: t('runs.steps'),
      align: 'right',
      render: (_, run) => `${format.integer(run.step)} / ${format.integer(run.total_steps)}`,
    },
    { title: t('runs.overall'), align: 'right', render: (_, run) => format.score(run.metrics?.overall) },
    { title: t('runs.created'), render: (_, run) => format.dateTime(run.created_at) },
  ]
}
