import { filterActive, filterRunQuery, type FilterRunDetail } from '@/api/filters'
import { useRoles } from '@/api/session'
import { Figure, Figures } from '@/components/Figures'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Alert, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { ApplyFlags } from './ApplyFlags'
import { Histograms } from './Histograms'
import { LengthLimits } from './LengthLimits'

/** One run of the filters: how far it is, what it found, and the decision to let flags take effect. */
export default function FilterRunPage() {
  const id = Number(useParams().id)
  const query = useQuery(filterRunQuery(id))
  return <QueryView query={query}>{(run) => <RunView run={run} />}</QueryView>
}

function RunView({ run }: { run: FilterRunDetail }) {
  const { t } = useTranslation()
  const project = useRequiredProjectId(run.project)
  const manages = useRoles(project).some((role) => role === 'owner' || role === 'researcher')
  return (
    <Page title={t('filters.numbered', { id: run.id })} aside={<StateTag machine="filter" state={run.state} />}>
      {run.state === 'failed' && (
        <Alert type="error" showIcon title={run.error} description={t('filters.failedKept')} />
      )}
      {run.state === 'superseded' && <Alert type="info" showIcon title={t('filters.superseded')} />}
      <RunFigures run={run} project={project} />
      {run.report && (
        <>
          <ApplyFlags project={project} run={run} report={run.report} manages={manages} />
          <Histograms report={run.report} />
          <LengthLimits report={run.report} />
        </>
      )}
    </Page>
  )
}

function RunFigures({ run, project }: { run: FilterRunDetail; project: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const percent = run.n_total > 0 ? Math.floor((run.n_done / run.n_total) * 100) : 0
  const flags = (state: string) => `/p/${project}/filters?state=${state}`
  return (
    <Section testid="filter-progress">
      {filterActive(run) && (
        <Progress
          percent={percent}
          status="active"
          format={() => `${format.integer(run.n_done)} / ${format.integer(run.n_total)}`}
          aria-label={t(`states.filter.${run.state}`)}
          style={{ marginBottom: 12 }}
        />
      )}
      <Figures>
        <Figure label={t('filters.responses')} value={format.integer(run.n_responses)} testid="n-responses" />
        <Figure label={t('filters.flagged')} value={format.integer(run.n_flagged)} testid="n-flagged" />
        {run.report && (
          <Figure
            label={t('filters.leaving')}
            hint={t('filters.leavingHint')}
            value={`${format.integer(run.report.n_leaving)} / ${format.integer(run.report.n_prompts)}`}
          />
        )}
        {(run.state === 'applying' || run.state === 'applied') && (
          <>
            <Figure label={t('filters.excluded')} value={format.integer(run.n_excluded)} to={flags('excluded')} testid="n-excluded" />
            <Figure label={t('filters.referred')} value={format.integer(run.n_referred)} to={flags('referred')} testid="n-referred" />
            <Figure
              label={t('filters.dropped')}
              value={format.integer(run.n_dropped)}
              to={`/p/${project}/prompts?state=dropped`}
            />
          </>
        )}
      </Figures>
    </Section>
  )
}
