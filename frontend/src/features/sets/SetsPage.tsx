import { setsQuery, type PreferenceSet } from '@/api/sets'
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
import { FreezeForm } from './FreezeForm'

/** The frozen preference sets of a project, and the form that freezes the next one (`?new=1`). */
export default function SetsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('new', 'name')
  const sets = useInfiniteQuery(setsQuery(project))
  const open = () => setFilters({ new: '1' })
  return (
    <Page
      title={t('sets.title')}
      actions={
        !filters.new && (
          <Button type="primary" onClick={open} data-testid="set-new">
            {t('sets.freeze')}
          </Button>
        )
      }
    >
      {filters.new && (
        <FreezeForm
          project={project}
          name={filters.name ?? ''}
          onClose={() => setFilters({ new: null, name: null })}
        />
      )}
      <Section>
        <PagedTable
          query={sets}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={
            <EmptyState title={t('sets.empty.title')} hint={t('sets.empty.hint')}>
              {!filters.new && <Button onClick={open}>{t('sets.freeze')}</Button>}
            </EmptyState>
          }
          testid="sets"
        />
      </Section>
    </Page>
  )
}

function useColumns(): TableColumnsType<PreferenceSet> {
  const { t } = useTranslation()
  const format = useFormat()
  const pairs = (row: PreferenceSet) =>
    row.counts && row.counts.train.pairs + row.counts.open.pairs + row.counts.human.pairs
  return [
    {
      title: t('sets.name'),
      render: (_, row) => (
        <Link to={`/sets/${row.id}`} data-testid={`set-${row.id}`}>
          {t('sets.versioned', { name: row.name, version: row.version })}
        </Link>
      ),
    },
    { title: t('sets.state'), render: (_, row) => <StateTag machine="set" state={row.state} /> },
    { title: t('sets.trainPrompts'), align: 'right', render: (_, row) => format.integer(row.counts?.train.prompts) },
    {
      title: t('sets.benchmarkPrompts'),
      align: 'right',
      render: (_, row) => format.integer(row.counts && row.counts.open.prompts + row.counts.human.prompts),
    },
    { title: t('sets.pairs'), align: 'right', render: (_, row) => format.integer(pairs(row)) },
    { title: t('sets.agreement'), align: 'right', render: (_, row) => format.percent(row.agreement_mean) },
    { title: t('sets.conflict'), align: 'right', render: (_, row) => format.percent(row.conflict_rate) },
    { title: 'SHA-256', render: (_, row) => <code>{row.sha256.slice(0, 12)}</code> },
    { title: t('sets.created'), render: (_, row) => format.dateTime(row.created_at) },
    { title: t('sets.note'), dataIndex: 'note', ellipsis: true },
  ]
}
