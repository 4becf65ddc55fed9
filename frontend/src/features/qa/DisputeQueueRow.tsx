import type { DisputeRow } from '@/api/disputes'
import styles from '@/components/compare/compare.module.css'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'

/** One line of the queue: what it is, how long it waits, at which stage, how much is in dispute. */
export function DisputeQueueRow({ row, current, onOpen }: { row: DisputeRow; current: boolean; onOpen: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <button
      type="button"
      className={styles.queueRow}
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
        {t(`qa.stage.${row.stage}`)} · {t('qa.differing', { count: row.differing })} · {format.percent(row.agreement)}
      </span>
      <div className={styles.excerpt}>{row.excerpt}</div>
    </button>
  )
}
