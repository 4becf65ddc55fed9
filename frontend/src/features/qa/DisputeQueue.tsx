import type { DisputeRow } from '@/api/disputes'
import { CategorySelect } from '@/components/CategorySelect'
import { useFormat } from '@/lib/format'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './qa.module.css'

interface Props {
  project: number
  query: UseInfiniteQueryResult<unknown>
  rows: readonly DisputeRow[]
  count: number
  current: number | undefined
  category: string | null
  onCategory: (category: string | null) => void
  onOpen: (prompt: number) => void
}

/** The open disputes, those waiting longest first. */
export function DisputeQueue({ project, query, rows, count, current, category, onCategory, onOpen }: Props) {
  const { t } = useTranslation()
  return (
    <aside className={styles.queue} aria-label={t('qa.queue')}>
      <div className={styles.queueHead}>
        <h1>
          {t('qa.queue')} <span data-testid="dispute-count">{count}</span>
        </h1>
        <CategorySelect project={project} value={category} onChange={onCategory} />
      </div>
      <ul className={styles.rows} data-testid="dispute-queue">
        {rows.map((row) => (
          <li key={row.prompt}>
            <QueueRow row={row} current={row.prompt === current} onOpen={() => onOpen(row.prompt)} />
          </li>
        ))}
        {query.hasNextPage && (
          <Button block type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('list.more')}
          </Button>
        )}
      </ul>
    </aside>
  )
}

function QueueRow({ row, current, onOpen }: { row: DisputeRow; current: boolean; onOpen: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <button
      type="button"
      className={styles.row}
      aria-current={current}
      onClick={onOpen}
      data-testid={`dispute-row-${row.prompt}`}
    >
      <span className={styles.rowTop}>
        <span>
          <strong>#{row.number}</strong> {row.category.path.join(' / ')}
        </span>
        <span title={format.dateTime(row.since)}>{format.age(row.since)}</span>
      </span>
      <span className={styles.rowMeta}>
        {t('qa.differing', { count: row.differing })} · {t('qa.agreement')} {format.percent(row.agreement)}
      </span>
      <div className={styles.excerpt}>{row.excerpt}</div>
    </button>
  )
}
