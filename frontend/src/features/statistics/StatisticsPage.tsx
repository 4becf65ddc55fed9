import { Page } from '@/components/Page'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useTranslation } from 'react-i18next'
import { OverTime } from './OverTime'
import { ProtocolCounts } from './ProtocolCounts'
import { StatisticsFilters } from './StatisticsFilters'
import { StatisticsTables } from './StatisticsTables'
import { useStatisticsFilters } from './useStatisticsFilters'

/** Agreement, conflicts and rejections over time and by group, and what the protocol did. */
export default function StatisticsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const { filters, change } = useStatisticsFilters()
  return (
    <Page title={t('statistics.title')}>
      <StatisticsFilters project={project} filters={filters} onChange={change} />
      <OverTime project={project} filters={filters} />
      <StatisticsTables project={project} filters={filters} onFilter={change} />
      <ProtocolCounts project={project} />
    </Page>
  )
}
