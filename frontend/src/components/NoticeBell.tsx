import { noticesQuery } from '@/api/notices'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NoticeList } from './NoticeList'
import styles from './NoticeList.module.css'

/** The bell in the bar: how many notices are unread, and the list of them. */
export function NoticeBell() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const query = useInfiniteQuery(noticesQuery)
  const unread = query.data?.pages[0]?.unread ?? 0
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      arrow={false}
      destroyOnHidden
      content={<NoticeList query={query} unread={unread} onClose={() => setOpen(false)} />}
    >
      <Button
        type="text"
        size="small"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={t('notices.bell', { count: unread })}
        data-testid="notice-bell"
        data-unread={unread}
      >
        {t('notices.short')}
        {unread > 0 && <span className={styles.badge}>{unread}</span>}
      </Button>
    </Popover>
  )
}
