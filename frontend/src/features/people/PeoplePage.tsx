import { DealingControls } from '@/components/DealingControls'
import { Page } from '@/components/Page'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { PeopleTable } from './PeopleTable'

/** Who works here and how well, under pseudonyms, and which categories are dealt. */
export default function PeoplePage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('tab')
  return (
    <Page title={t('people.title')}>
      <Tabs
        activeKey={filters.tab ?? 'people'}
        onChange={(tab) => setFilters({ tab: tab === 'people' ? null : tab })}
        destroyOnHidden
        items={[
          { key: 'people', label: t('people.tabs.people'), children: <PeopleTable project={project} /> },
          { key: 'dealing', label: t('people.tabs.dealing'), children: <DealingControls project={project} /> },
        ]}
      />
    </Page>
  )
}
