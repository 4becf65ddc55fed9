import { useSession } from '@/api/session'
import { Flyout, FlyoutItems } from '@/components/Flyout'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Layout.module.css'
import { startFor } from './navigation'

/** The project's name; with several projects, a menu to go to another one's first page. */
export function ProjectSwitcher({ project }: { project: number | null }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const { memberships } = useSession()
  const current = memberships.find((membership) => membership.project === project)
  if (memberships.length < 2 && current) return <strong data-testid="project-name">{current.project_name}</strong>
  if (memberships.length === 0) return <strong>{t('app.name')}</strong>

  const items = memberships.flatMap(({ project: key, project_name: label, roles }) => {
    const path = startFor(roles)
    return path ? [{ key, label, to: `/p/${key}/${path}`, current: key === project }] : []
  })
  const button = (
    <Button
      type="text"
      className={styles.switcher}
      aria-expanded={open}
      onClick={() => setOpen(!open)}
      data-testid="project-switcher"
    >
      <strong>{current?.project_name ?? t('app.chooseProject')}</strong> ▾
    </Button>
  )
  return (
    <Flyout open={open} onClose={() => setOpen(false)} align="start" button={button}>
      <FlyoutItems items={items} onClose={() => setOpen(false)} />
    </Flyout>
  )
}
