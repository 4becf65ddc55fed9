import { useSession } from '@/api/session'
import { Button, Dropdown } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import styles from './Layout.module.css'
import { startFor } from './navigation'

/** The project's name; with several projects, a menu to go to another one's first page. */
export function ProjectSwitcher({ project }: { project: number | null }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { memberships } = useSession()
  const current = memberships.find((membership) => membership.project === project)
  if (memberships.length < 2 && current) return <strong data-testid="project-name">{current.project_name}</strong>
  if (memberships.length === 0) return <strong>{t('app.name')}</strong>

  const items = memberships.flatMap(({ project: key, project_name: label, roles }) => {
    const path = startFor(roles)
    return path ? [{ key, label, onClick: () => void navigate(`/p/${key}/${path}`) }] : []
  })
  return (
    <Dropdown trigger={['click']} menu={{ items, selectedKeys: [String(project)] }}>
      <Button type="text" className={styles.switcher} data-testid="project-switcher" aria-haspopup="menu">
        <strong>{current?.project_name ?? t('app.chooseProject')}</strong> ▾
      </Button>
    </Dropdown>
  )
}
