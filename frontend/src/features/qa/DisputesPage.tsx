import { disputeQuery, disputesQuery, type Dispute, type DisputeRow } from '@/api/disputes'
import { asStage, stagesOf } from '@/api/reviews'
import { useRoles } from '@/api/session'
import type { CategoryRef } from '@/api/types'
import styles from '@/components/compare/compare.module.css'
import { GuidelineDrawer } from '@/components/compare/GuidelineDrawer'
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
import { DisputeItem } from './DisputeItem'
import { DisputeQueueRow } from './DisputeQueueRow'
import { EMPTY_DRAFT, type Draft } from './decision'

/** A decision of this person's, and the category whose guideline it may change. */
interface Decided {
  number: number
  decision: number
  category: CategoryRef
}

/** The queue of one's stages: prompts on which the passes could not agree, and the one being decided. */
export default function DisputesPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const stages = stagesOf(useRoles(project))
  const [filters, setFilters] = useFilters('stage', 'category', 'prompt')
  const filtered = filters.stage !== null || filters.category !== null
  const queue = useInfiniteQuery(
    disputesQuery(project, { stage: asStage(filters.stage), category: Number(filters.category) || undefined }),
  )
  const [drafts, setDrafts] = useState<Readonly<Record<number, Draft>>>({})
  const [settled, setSettled] = useState<ReadonlySet<number>>(new Set())
  const [last, setLast] = useState<Decided | null>(null)
  const [amending, setAmending] = useState(false)

  const listed = queue.data?.pages.flatMap((page) => page.results) ?? []
  const rows = listed.filter(({ prompt }) => !settled.has(prompt))
  const current = Number(filters.prompt) || rows[0]?.prompt
  const next = current === undefined ? undefined : rowAfter(rows, current)
  const open = (prompt: number | undefined) => setFilters({ prompt: prompt ? String(prompt) : null })
  if (!queue.data) {
    return queue.error ? <ErrorState error={queue.error} onRetry={() => void queue.refetch()} /> : <Loading />
  }
  const settle = (decision: number | null, { prompt, guideline }: Dispute) => {
    setSettled((before) => new Set(before).add(prompt.id))
    if (decision) setLast({ number: prompt.number, decision, category: guideline?.category ?? prompt.category })
    open(next)
  }
  return (
    <div className={styles.layout}>
      {next !== undefined && <Ahead key={next} prompt={next} />}
      <QueueList
        title={t('qa.queue')}
        prefix="dispute"
        project={project}
        query={queue}
        count={(queue.data.pages[0]?.count ?? 0) - (listed.length - rows.length)}
        filters={filters}
        stages={stages}
        onFilters={(changes) => setFilters({ ...changes, prompt: null })}
        notice={last && <LastDecided number={last.number} onOpen={() => setAmending(true)} />}
      >
        {rows.map((row) => (
          <li key={row.prompt}>
            <DisputeQueueRow row={row} current={row.prompt === current} onOpen={() => open(row.prompt)} />
          </li>
        ))}
      </QueueList>
      {current ? (
        <DisputeItem
          key={current}
          project={project}
          id={current}
          draft={drafts[current] ?? EMPTY_DRAFT}
          onDraft={(draft) => setDrafts((before) => ({ ...before, [current]: draft }))}
          onSettled={settle}
        />
      ) : (
        <EmptyState title={t('qa.empty.title')} hint={t(filtered ? 'qa.empty.filtered' : 'qa.empty.hint')}>
          {filtered && <Button onClick={() => setFilters({ stage: null, category: null })}>{t('list.clear')}</Button>}
        </EmptyState>
      )}
      {last && amending && (
        <GuidelineDrawer
          key={last.decision}
          project={project}
          category={last.category}
          amends={{ decision: last.decision }}
          amending
          onClose={() => setAmending(false)}
        />
      )}
    </div>
  )
}

/** Fetches the item that comes next, so that it is on screen at once. */
function Ahead({ prompt }: { prompt: number }) {
  usePrefetchQuery(disputeQuery(prompt))
  return null
}

/** The way back to what was just decided, to write into the guideline what the decision taught. */
function LastDecided({ number, onOpen }: { number: number; onOpen: () => void }) {
  const { t } = useTranslation()
  return (
    <Button type="link" size="small" onClick={onOpen} data-testid="last-decided">
      {t('qa.lastDecided', { number })}
    </Button>
  )
}

function rowAfter(rows: readonly DisputeRow[], prompt: number): number | undefined {
  const at = rows.findIndex((row) => row.prompt === prompt)
  return (rows[at + 1] ?? rows.find((row) => row.prompt !== prompt))?.prompt
}
