import { useRoles, useSession } from '@/api/session'
import type { Role } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { useProjectId } from '@/lib/useProjectId'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'

/**
 * Shows its children to people with one of `roles` in the project of the address; outside a project's address to
 * people who hold one anywhere. This spares people a page that would only refuse them: the server decides for itself.
 */
export function RequireRole({ roles, children }: { roles: readonly Role[]; children: ReactNode }) {
  const { t } = useTranslation()
  const here = useRoles(useProjectId())
  const everywhere = useSession().memberships.flatMap((membership) => membership.roles)
  const held = useParams().project ? here : everywhere
  if (held.some((role) => roles.includes(role))) return children
  return <EmptyState title={t('app.noAccess.title')} hint={t('app.noAccess.hint')} />
}
