import { myReturnedQuery, type ReturnedRow } from '@/api/me'
import { EmptyState } from '@/components/EmptyState'
import { LetterBadge } from '@/components/LetterBadge'
import { PagedTable } from '@/components/PagedTable'
import { useFormat } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './me.module.css'

/** Own work that reviewers sent back, each with the reason and what became of it. */
export function MyReturned({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useInfiniteQuery(myReturnedQuery(project))
  const columns = useColumns(project)
  return (
    <PagedTable
      query={query}
      columns={columns}
      rowKey={({ number, at }) => `${number}:${at}`}
      empty={<EmptyState title={t('me.returned.none')} hint={t('me.returned.noneHint')} />}
      testid="returned"
    />
  )
}

function useColumns(project: number): TableColumnsType<ReturnedRow> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { title: t('me.returned.number'), render: (_, { number }) => t('task.number', { number }) },
    { title: t('list.category'), render: (_, { category }) => category.path.join(' / ') },
    { title: t('me.returned.reason'), render: (_, row) => <Reason row={row} /> },
    { title: t('me.returned.at'), render: (_, { at }) => format.dateTime(at) },
    {
      title: t('me.state'),
      render: (_, { state }) =>
        state === 'open' || state === 'leased' ? (
          <Link to={`/p/${project}/annotate`}>{t(`me.returned.state.${state}`)}</Link>
        ) : (
          t(`me.returned.state.${state}`)
        ),
    },
  ]
}

function Reason({ row: { reason, spans } }: { row: ReturnedRow }) {
  return (
    <div className={styles.reason} data-testid="returned-reason">
      <div>{reason}</div>
      {spans.map(({ response, start, end, text }) => (
        <div key={`${response}-${start}-${end}`} className={styles.span}>
          <LetterBadge index={response - 1} /> <q>{text}</q>
        </div>
      ))}
    </div>
  )
}
