import { useSession } from '@/api/session'
import { EmptyState } from '@/components/EmptyState'
import { useProjectId } from '@/lib/useProjectId'
import { useTranslation } from 'react-i18next'
import { Navigate } from 'react-router'
import { startFor } from './navigation'

/**
 * Leads to the first thing a person may do, in the project visited last where that still holds. Staff without a project
 * are led to where they can create one.
 */
export function Home() {
  const { t } = useTranslation()
  const { user, memberships } = useSession()
  const last = useProjectId()
  const ordered = [...memberships].sort((a, b) => Number(b.project === last) - Number(a.project === last))
  for (const { project, roles } of ordered) {
    const path = startFor(roles)
    if (path) return <Navigate replace to={`/p/${project}/${path}`} />
  }
  if (user?.is_staff) return <Navigate replace to="/projects" />
  return <EmptyState title={t('app.noProject.title')} hint={t('app.noProject.hint')} />
}
