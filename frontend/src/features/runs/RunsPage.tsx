import { runQuery, runsQuery, type Run } from '@/api/runs'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Checkbox, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { RunForm } from './RunForm'

/** More lines than this on one chart cannot be told apart. */
const MOST_COMPARED = 5

/** The training runs of a project, and the form for the next one (`?new=1&set=…`, or `?clone=…` from an earlier one). */
export default function RunsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('new', 'set', 'clone')
  const [chosen, setChosen] = useState<readonly number[]>([])
  const runs = useInfiniteQuery(runsQuery(project))
  const close = () => setFilters({ new: null, set: null, clone: null })
  const open = () => setFilters({ new: '1' })
  return (
    <Page
      title={t('runs.title')}
      actions={
        <>
          {chosen.length > 1 && (
            <Link to={`/p/${project}/compare?runs=${chosen.join(',')}`} data-testid="runs-compare">
              {t('runs.compareChosen', { count: chosen.length })}
            </Link>
          )}
          {!filters.new && !filters.clone && (
            <Button type="primary" onClick={open} data-testid="run-new">
              {t('runs.create')}
            </Button>
          )}
        </>
      }
    >
      {filters.clone ? (
        <CloneForm key={filters.clone} project={project} run={Number(filters.clone)} onClose={close} />
      ) : (
        filters.new && <RunForm project={project} set={Number(filters.set) || null} onClose={close} />
      )}
      <Section>
        <PagedTable
          query={runs}
          columns={useColumns(chosen, setChosen)}
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

interface CloneProps {
  project: number
  run: number
  onClose: () => void
}

function CloneForm({ project, run, onClose }: CloneProps) {
  const query = useQuery(runQuery(run))
  return (
    <QueryView query={query}>
      {(original) => <RunForm project={project} set={original.set.id} original={original} onClose={onClose} />}
    </QueryView>
  )
}

function useColumns(
  chosen: readonly number[],
  setChosen: (chosen: readonly number[]) => void,
): TableColumnsType<Run> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('runs.compare'),
      width: 56,
      render: (_, run) => (
        <Checkbox
          checked={chosen.includes(run.id)}
          disabled={chosen.length >= MOST_COMPARED && !chosen.includes(run.id)}
          onChange={({ target }) =>
            setChosen(target.checked ? [...chosen, run.id] : chosen.filter((id) => id !== run.id))
          }
          aria-label={t('runs.compareRun', { id: run.id })}
          data-testid={`compare-${run.id}`}
        />
      ),
    },
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
