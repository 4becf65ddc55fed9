import { Page } from '@/components/Page'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Endpoints } from './Endpoints'
import { JudgeRuns } from './JudgeRuns'
import { Templates } from './Templates'

/** AI judges of a project: what they did, which models they are, and what they are asked (`?tab=`). */
export default function JudgesPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('tab')
  const toEndpoints = () => setFilters({ tab: 'endpoints' })
  return (
    <Page title={t('judges.title')}>
      <Tabs
        activeKey={filters.tab ?? 'runs'}
        onChange={(tab) => setFilters({ tab: tab === 'runs' ? null : tab })}
        destroyOnHidden
        items={[
          { key: 'runs', label: t('judges.tabs.runs'), children: <JudgeRuns project={project} onEndpoints={toEndpoints} /> },
          { key: 'endpoints', label: t('judges.tabs.endpoints'), children: <Endpoints project={project} /> },
          { key: 'templates', label: t('judges.tabs.templates'), children: <Templates project={project} /> },
        ]}
      />
    </Page>
  )
}
