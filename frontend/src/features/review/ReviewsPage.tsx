import { asStage, reviewQuery, reviewsQuery, stagesOf, type ReviewRow } from '@/api/reviews'
import { useRoles } from '@/api/session'
import styles from '@/components/compare/compare.module.css'
import { QueueList } from '@/components/compare/QueueList'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, usePrefetchQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Closed } from './closed'
import { LastClosed } from './LastClosed'
import { ReviewItem } from './ReviewItem'
import { ReviewQueueRow } from './ReviewQueueRow'

/** What waits for this person's review, oldest first, and the one being reviewed. */
export default function ReviewsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const stages = stagesOf(useRoles(project))
  const [filters, setFilters] = useFilters('stage', 'category', 'review')
  const filtered = filters.stage !== null || filters.category !== null
  const queue = useInfiniteQuery(
    reviewsQuery(project, { stage: asStage(filters.stage), category: Number(filters.category) || undefined }),
  )
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set())
  const [last, setLast] = useState<Closed | null>(null)
  if (!queue.data) {
    return queue.error ? <ErrorState error={queue.error} onRetry={() => void queue.refetch()} /> : <Loading />
  }
  const listed = queue.data.pages.flatMap((page) => page.results)
  const rows = listed.filter(({ review }) => !closed.has(review))
  const current = Number(filters.review) || rows[0]?.review
  const next = current === undefined ? undefined : rowAfter(rows, current)
  const open = (review: number | undefined) => setFilters({ review: review ? String(review) : null })
  return (
    <div className={styles.layout}>
      {next !== undefined && <Ahead key={next} review={next} />}
      <QueueList
        title={t('review.queue')}
        prefix="review"
        project={project}
        query={queue}
        count={(queue.data.pages[0]?.count ?? 0) - (listed.length - rows.length)}
        filters={filters}
        stages={stages}
        onFilters={(changes) => setFilters({ ...changes, review: null })}
        notice={last && <LastClosed project={project} review={last} onOpen={() => open(last.review)} />}
      >
        {rows.map((row) => (
          <li key={row.review}>
            <ReviewQueueRow row={row} current={row.review === current} onOpen={() => open(row.review)} />
          </li>
        ))}
      </QueueList>
      {current ? (
        <ReviewItem
          key={current}
          project={project}
          id={current}
          onClosed={(outcome) => {
            setClosed((before) => new Set(before).add(current))
            if (outcome) setLast(outcome)
            open(next)
          }}
        />
      ) : (
        <EmptyState title={t('review.empty.title')} hint={t(filtered ? 'review.empty.filtered' : 'review.empty.hint')}>
          {filtered && <Button onClick={() => setFilters({ stage: null, category: null })}>{t('list.clear')}</Button>}
        </EmptyState>
      )}
    </div>
  )
}

/** Fetches the review that comes next, so that it is on screen at once. */
function Ahead({ review }: { review: number }) {
  usePrefetchQuery(reviewQuery(review))
  return null
}

function rowAfter(rows: readonly ReviewRow[], review: number): number | undefined {
  const at = rows.findIndex((row) => row.review === review)
  return (rows[at + 1] ?? rows.find((row) => row.review !== review))?.review
}
