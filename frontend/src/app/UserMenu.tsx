import { useLogout, useSetLanguage, type SessionUser } from '@/api/session'
import { Flyout, FlyoutItems } from '@/components/Flyout'
import { flushDrafts } from '@/components/task/draftSync'
import { ThemeChoice } from '@/components/ThemeChoice'
import { languageFromServer, languageToServer } from '@/lib/language'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Layout.module.css'

/** How long a logout waits for drafts on their way: they are in the browser in any case. */
const SAVE_MS = 2000

const saved = () => Promise.race([flushDrafts(), new Promise((resolve) => window.setTimeout(resolve, SAVE_MS))])

export function UserMenu({ user }: { user: SessionUser }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const logout = useLogout()
  const setLanguage = useSetLanguage()
  const other = languageFromServer(user.language) === 'en' ? 'zh-CN' : 'en'
  const items = [
    { key: 'projects', label: t('app.projects'), to: '/projects' },
    { key: 'logout', label: t('app.logout'), onClick: () => void saved().then(() => logout.mutate()) },
  ]
  const button = (
    <Button type="text" size="small" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="user-menu">
      {user.name || user.username}
    </Button>
  )
  return (
    <>
      <Button
        type="text"
        size="small"
        loading={setLanguage.isPending}
        onClick={() => setLanguage.mutate(languageToServer(other))}
        aria-label={t('app.language.switch')}
        data-testid="language"
      >
        {t('app.language.short')}
      </Button>
      <Flyout open={open} onClose={() => setOpen(false)} align="end" button={button}>
        <div className={styles.choices}>
          <ThemeChoice />
        </div>
        <FlyoutItems items={items} onClose={() => setOpen(false)} />
      </Flyout>
    </>
  )
}
