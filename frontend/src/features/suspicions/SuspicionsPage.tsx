import { useRoles } from '@/api/session'
import { QA_ROLES } from '@/api/types'
import { Page } from '@/components/Page'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import { SuspicionFigures } from './SuspicionFigures'
import { SuspicionQueue } from './SuspicionQueue'

/** Votes that the models doubt, one after the other (QA), and how often they were right about it (`?view=figures`). */
export default function SuspicionsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const settles = useRoles(project).some((role) => QA_ROLES.includes(role))
  const [address, setAddress] = useFilters('view')
  const view = settles && address.view !== 'figures' ? 'queue' : 'figures'
  return (
    <Page
      title={t('suspicions.title')}
      actions={
        settles && (
          <Segmented
            value={view}
            options={(['queue', 'figures'] as const).map((value) => ({ value, label: t(`suspicions.view.${value}`) }))}
            onChange={(value) => setAddress({ view: value === 'queue' ? null : value })}
            aria-label={t('suspicions.view.label')}
            data-testid="suspicions-view"
          />
        )
      }
    >
      {view === 'queue' ? <SuspicionQueue project={project} /> : <SuspicionFigures project={project} />}
    </Page>
  )
}
