import { CategorySelect } from '@/components/CategorySelect'
import { CsvLink } from '@/components/CsvLink'
import { STAGES, type Stage } from '@/api/reviews'
import { csvAddress } from '@/lib/csv'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'

interface Props {
  title: string
  project: number
  query: UseInfiniteQueryResult<unknown>
  count: number
  filters: { stage: string | null; category: string | null }
  /** The stages this person works at */
  stages: readonly Stage[]
  onFilters: (changes: { stage?: string | null; category?: string | null }) => void
  /** Begins the test ids: <prefix>-count, <prefix>-queue */
  prefix: 'dispute' | 'review'
  /** What stands between the filters and the rows */
  notice?: ReactNode
  /** The rows, as <li> */
  children: ReactNode
}

/** A queue beside the item at hand: how many wait, filters, the rows. */
export function QueueList({ title, project, query, count, filters, stages, onFilters, prefix, notice, children }: Props) {
  const { t } = useTranslation()
  return (
    <aside className={styles.queue} aria-label={title}>
      <div className={styles.queueHead}>
        <h1>
          {title} <span data-testid={`${prefix}-count`}>{count}</span>
        </h1>
        {stages.length > 1 && (
          <Select
            allowClear
            value={filters.stage}
            options={STAGES.filter((stage) => stages.includes(stage)).map((value) => ({ value, label: t(`qa.stage.${value}`) }))}
            placeholder={t('qa.anyStage')}
            aria-label={t('qa.anyStage')}
            onChange={(stage?: string | null) => onFilters({ stage: stage ?? null })}
            data-testid="filter-stage"
          />
        )}
        <CategorySelect project={project} value={filters.category} onChange={(category) => onFilters({ category })} />
        {count > 0 && (
          <CsvLink href={csvAddress(`/api/projects/${project}/${prefix}s`, filters)} testid={`${prefix}-csv`} />
        )}
        {notice}
      </div>
      <ul className={styles.rows} data-testid={`${prefix}-queue`}>
        {children}
        {query.hasNextPage && (
          <Button block type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('list.more')}
          </Button>
        )}
      </ul>
    </aside>
  )
}
