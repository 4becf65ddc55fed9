import { disputesQuery, type DisputeRow } from '@/api/disputes'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DisputeItem } from './DisputeItem'
import { DisputeQueue } from './DisputeQueue'
import { EMPTY_DRAFT, type Draft } from './decision'
import styles from './qa.module.css'

/** The QA lead's queue: prompts on which the two passes agree too little, and the one being settled. */
export default function DisputesPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('category', 'prompt')
  const queue = useInfiniteQuery(disputesQuery(project, Number(filters.category) || undefined))
  const [drafts, setDrafts] = useState<Readonly<Record<number, Draft>>>({})
  const [settled, setSettled] = useState<ReadonlySet<number>>(new Set())

  if (!queue.data) {
    return queue.error ? <ErrorState error={queue.error} onRetry={() => void queue.refetch()} /> : <Loading />
  }
  const listed = queue.data.pages.flatMap((page) => page.results)
  const rows = listed.filter(({ prompt }) => !settled.has(prompt))
  const count = (queue.data.pages[0]?.count ?? 0) - (listed.length - rows.length)
  const current = Number(filters.prompt) || rows[0]?.prompt
  const open = (prompt: number | undefined) => setFilters({ prompt: prompt ? String(prompt) : null })
  const settle = (prompt: number) => {
    setSettled((before) => new Set(before).add(prompt))
    open(rowAfter(rows, prompt))
  }
  return (
    <div className={styles.layout}>
      <DisputeQueue
        project={project}
        query={queue}
        rows={rows}
        count={count}
        current={current}
        category={filters.category}
        onCategory={(category) => setFilters({ category, prompt: null })}
        onOpen={open}
      />
      {current ? (
        <DisputeItem
          key={current}
          project={project}
          id={current}
          draft={drafts[current] ?? EMPTY_DRAFT}
          onDraft={(draft) => setDrafts((before) => ({ ...before, [current]: draft }))}
          onSettled={() => settle(current)}
        />
      ) : (
        <EmptyState title={t('qa.empty.title')} hint={t(filters.category ? 'qa.empty.filtered' : 'qa.empty.hint')}>
          {filters.category && <Button onClick={() => setFilters({ category: null })}>{t('list.clear')}</Button>}
        </EmptyState>
      )}
    </div>
  )
}

function rowAfter(rows: readonly DisputeRow[], prompt: number): number | undefined {
  const at = rows.findIndex((row) => row.prompt === prompt)
  return (rows[at + 1] ?? rows.find((row) => row.prompt !== prompt))?.prompt
}
