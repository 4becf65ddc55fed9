import { useRoles } from '@/api/session'
import { DealingControls } from '@/components/DealingControls'
import { Page } from '@/components/Page'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Guidelines } from './Guidelines'
import { MarkingSettings } from './MarkingSettings'
import { Members } from './Members'
import { ProtocolSettings } from './ProtocolSettings'

/** The project's protocol and members (owner), and its guidelines (owner and researchers). */
export default function SettingsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const owner = useRoles(project).includes('owner')
  const [filters, setFilters] = useFilters('tab')
  const guidelines = {
    key: 'guidelines',
    label: t('settings.tabs.guidelines'),
    children: <Guidelines project={project} />,
  }
  const items = owner
    ? [
        { key: 'protocol', label: t('settings.tabs.protocol'), children: <ProtocolSettings project={project} /> },
        { key: 'marking', label: t('settings.tabs.marking'), children: <MarkingSettings project={project} /> },
        { key: 'dealing', label: t('settings.tabs.dealing'), children: <DealingControls project={project} /> },
        { key: 'members', label: t('settings.tabs.members'), children: <Members project={project} /> },
        guidelines,
      ]
    : [guidelines]
  return (
    <Page title={t('settings.title')}>
      <Tabs
        items={items}
        activeKey={filters.tab ?? items[0]?.key}
        onChange={(tab) => setFilters({ tab })}
        destroyOnHidden
      />
    </Page>
  )
}
