import type { ReviewRow } from '@/api/reviews'
import styles from '@/components/compare/compare.module.css'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { numberOf } from './closed'

/** One line of the queue: its category, how long it waits, at which stage, whether it came back. */
export function ReviewQueueRow({ row, current, onOpen }: { row: ReviewRow; current: boolean; onOpen: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <button
      type="button"
      className={styles.queueRow}
      aria-current={current}
      onClick={onOpen}
      data-testid={`review-row-${row.review}`}
    >
      <span className={styles.rowTop}>
        <span>{row.category.path.join(' / ')}</span>
        <span title={format.dateTime(row.since)}>{format.age(row.since)}</span>
      </span>
      <span className={styles.rowMeta}>
        {t(`qa.stage.${row.stage}`)}
        {` · #${numberOf(row.review)}`}
        {row.round > 1 && ` · ${t('review.round', { round: row.round })}`}
      </span>
      <div className={styles.excerpt}>{row.excerpt}</div>
    </button>
  )
}
