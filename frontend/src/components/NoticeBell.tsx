import { noticesQuery } from '@/api/notices'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Flyout } from './Flyout'
import { Loading } from './Loading'
import styles from './NoticeList.module.css'

const NoticeList = lazy(() => import('./NoticeList'))

/** The bell in the bar: how many notices are unread, and the list of them. */
export function NoticeBell() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const query = useInfiniteQuery(noticesQuery)
  const unread = query.data?.pages[0]?.unread ?? 0
  const button = (
    <Button
      type="text"
      size="small"
      aria-haspopup="dialog"
      aria-expanded={open}
      onClick={() => setOpen(!open)}
      data-testid="notice-bell"
      data-unread={unread}
    >
      <span className="visually-hidden">{t('notices.bell', { count: unread })}</span>
      <span aria-hidden>{t('notices.short')}</span>
      {unread > 0 && (
        <span className={styles.badge} aria-hidden>
          {unread}
        </span>
      )}
    </Button>
  )
  return (
    <Flyout open={open} onClose={() => setOpen(false)} align="end" button={button}>
      <Suspense fallback={<Loading />}>
        <NoticeList query={query} unread={unread} onClose={() => setOpen(false)} />
      </Suspense>
    </Flyout>
  )
}
