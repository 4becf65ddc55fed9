import { planningQuery } from '@/api/planning'
import { Page } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ForecastFigures } from './ForecastFigures'
import { ForecastPlots } from './ForecastPlots'
import { PlanForm } from './PlanForm'
import { FIELD_NAMES, toPlan } from './plan'

/** What a number of prompts costs and brings, before anybody begins: simulated by the platform's own rules. */
export default function PlanningPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [address, setAddress] = useFilters(...FIELD_NAMES, 'along')
  const query = useQuery(planningQuery(project, toPlan(address)))
  return (
    <Page title={t('planning.title')}>
      <QueryView query={query}>
        {(told) => (
          <>
            <PlanForm
              plan={told.plan}
              error={query.error}
              onChange={(name, value) => setAddress({ [name]: value === null ? null : String(value) })}
            />
            <ForecastFigures told={told} />
            <ForecastPlots told={told} onAlong={(along) => setAddress({ along })} />
          </>
        )}
      </QueryView>
    </Page>
  )
}
