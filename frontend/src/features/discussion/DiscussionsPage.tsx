import { discussionsQuery, type DiscussionRow } from '@/api/discussions'
import { EmptyState } from '@/components/EmptyState'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { Share } from '@/components/Share'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Segmented, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Due } from './Due'
import styles from './discussion.module.css'

const STATES = ['open', 'closed'] as const

/** A person's discussions: the open ones, due first, or those that ended. */
export default function DiscussionsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('state')
  const state = filters.state === 'closed' ? 'closed' : 'open'
  const query = useInfiniteQuery({ ...discussionsQuery(project, state), refetchInterval: 30_000 })
  const columns = useColumns(state === 'open')
  return (
    <Page
      title={t('discussion.list')}
      aside={<span data-testid="count">{query.data?.pages[0]?.count}</span>}
      actions={
        <Segmented
          value={state}
          options={STATES.map((value) => ({ value, label: t(`discussion.state.${value}`) }))}
          onChange={(value) => setFilters({ state: value === 'closed' ? value : null })}
        />
      }
    >
      <PagedTable
        query={query}
        columns={columns}
        rowKey={({ prompt }) => prompt}
        empty={<EmptyState title={t(`discussion.empty.${state}`)} hint={t('discussion.empty.hint')} />}
        testid="discussions"
      />
    </Page>
  )
}

function useColumns(open: boolean): TableColumnsType<DiscussionRow> {
  const { t } = useTranslation()
  const format = useFormat()
  const columns: TableColumnsType<DiscussionRow> = [
    {
      title: t('discussion.prompt'),
      render: (_, { prompt, number, excerpt }) => (
        <Link to={`/discussions/${prompt}`} className={styles.excerpt} data-testid={`discussion-${prompt}`}>
          #{number} {excerpt}
        </Link>
      ),
    },
    { title: t('list.category'), render: (_, { category }) => category.path.join(' / ') },
    { title: t('discussion.column.differing'), align: 'right', render: (_, { differing }) => format.integer(differing) },
    { title: t('discussion.column.agreement'), render: (_, { agreement }) => <Share value={agreement} /> },
    { title: t('discussion.column.since'), render: (_, { since }) => format.dateTime(since) },
  ]
  if (!open) return columns
  return [
    ...columns,
    {
      title: t('discussion.column.turn'),
      render: (_, { my_turn }) => (my_turn ? <strong>● {t('discussion.turn.mine')}</strong> : t('discussion.turn.others')),
    },
    {
      title: t('discussion.column.due'),
      render: (_, { due_at }) => (
        <span title={format.dateTime(due_at)}>
          <Due at={due_at} />
        </span>
      ),
    },
  ]
}
