import { useReadNotices, type Notice } from '@/api/notices'
import type { Page } from '@/api/types'
import { useFormat } from '@/lib/format'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ErrorState } from './ErrorState'
import { Loading } from './Loading'
import styles from './NoticeList.module.css'
import { useNoticeText } from './useNoticeText'

interface Props {
  query: UseInfiniteQueryResult<InfiniteData<Page<Notice>>>
  unread: number
  onClose: () => void
}

/** What the person was told, the newest first; opening one marks it as read. Escape closes the list. */
export default function NoticeList({ query, unread, onClose }: Props) {
  const { t } = useTranslation()
  const read = useReadNotices()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <div
      ref={place}
      className={styles.list}
      role="dialog"
      aria-label={t('notices.title')}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
      data-testid="notices"
    >
      <div className={styles.head}>
        <strong>{t('notices.title')}</strong>
        <Button
          type="link"
          size="small"
          disabled={unread === 0}
          loading={read.isPending}
          onClick={() => read.mutate(null)}
          data-testid="notices-read-all"
        >
          {t('notices.readAll')}
        </Button>
      </div>
      <Rows
        query={query}
        onOpen={(notice) => {
          if (!notice.read) read.mutate([notice.id])
          onClose()
        }}
        onRead={(notice) => read.mutate([notice.id])}
      />
    </div>
  )
}

interface RowsProps {
  query: Props['query']
  onOpen: (notice: Notice) => void
  onRead: (notice: Notice) => void
}

function Rows({ query, onOpen, onRead }: RowsProps) {
  const { t } = useTranslation()
  if (!query.data) return query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <Loading />
  const rows = query.data.pages.flatMap((page) => page.results)
  if (rows.length === 0) return <p className={styles.none}>{t('notices.none')}</p>
  return (
    <>
      <ul className={styles.rows}>
        {rows.map((notice) => (
          <Row key={notice.id} notice={notice} onOpen={() => onOpen(notice)} onRead={() => onRead(notice)} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button block type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('list.more')}
        </Button>
      )}
    </>
  )
}

function Row({ notice, onOpen, onRead }: { notice: Notice; onOpen: () => void; onRead: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const text = useNoticeText()
  const { sentence, detail } = text(notice)
  return (
    <li className={styles.row} data-read={notice.read} data-testid={`notice-${notice.id}`}>
      <Link to={notice.link} onClick={onOpen} className={styles.link}>
        {!notice.read && <span className={styles.mark}>● {t('notices.unread')} </span>}
        {sentence}
      </Link>
      {detail && <div className={styles.detail}>{detail}</div>}
      <div className={styles.foot}>
        <time dateTime={notice.at}>{format.dateTime(notice.at)}</time>
        {!notice.read && (
          <Button type="link" size="small" onClick={onRead} data-testid={`notice-read-${notice.id}`}>
            {t('notices.markRead')}
          </Button>
        )}
      </div>
    </li>
  )
}
