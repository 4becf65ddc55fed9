import { hyperparametersQuery, runQuery, runsQuery, type Run } from '@/api/runs'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { Page, Section } from '@/components/Page'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Benchmarks } from './Benchmarks'
import { OverlaidCurves } from './OverlaidCurves'
import { PairVerdicts } from './PairVerdicts'
import { chosenRuns, MOST_RUNS } from './settings'
import { SettingsTable } from './SettingsTable'

/** Up to five runs side by side: where their settings differ, their curves, figures, and which model is surely better. */
export default function ComparePage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('runs')
  const ids = chosenRuns(filters.runs)
  const queries = useQueries({ queries: ids.map((id) => runQuery(id)) })
  const failed = queries.find(({ isError }) => isError)
  const runs = queries.flatMap(({ data }) => data ?? [])
  return (
    <Page
      title={t('compare.title')}
      actions={<RunChoice project={project} value={ids} onChange={(next) => setFilters({ runs: next.join(',') })} />}
    >
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : ids.length < 2 ? (
        <EmptyState title={t('compare.empty.title')} hint={t('compare.empty.hint')} />
      ) : runs.length < ids.length ? (
        <Loading />
      ) : (
        <Compared project={project} runs={runs} />
      )}
    </Page>
  )
}

function Compared({ project, runs }: { project: number; runs: readonly Run[] }) {
  const { t } = useTranslation()
  const hyperparameters = useQuery(hyperparametersQuery).data ?? []
  return (
    <>
      <Section title={t('compare.settings')} testid="compare-settings">
        <SettingsTable runs={runs} hyperparameters={hyperparameters} />
      </Section>
      <Section title={t('compare.benchmarks')} testid="compare-benchmarks">
        <Benchmarks runs={runs} />
      </Section>
      <Section title={t('compare.verdicts')} testid="compare-verdicts">
        <PairVerdicts project={project} runs={runs} />
      </Section>
      <OverlaidCurves runs={runs} />
    </>
  )
}

interface ChoiceProps {
  project: number
  value: readonly number[]
  onChange: (runs: number[]) => void
}

function RunChoice({ project, value, onChange }: ChoiceProps) {
  const { t } = useTranslation()
  const runs = useInfiniteQuery(runsQuery(project))
  const options = runs.data?.pages.flatMap((page) => page.results) ?? []
  return (
    <Select
      mode="multiple"
      value={[...value]}
      maxCount={MOST_RUNS}
      loading={runs.isPending}
      options={options.map(({ id, name }) => ({ value: id, label: t('compare.numbered', { id, name }) }))}
      placeholder={t('compare.choose')}
      aria-label={t('compare.choose')}
      showSearch={{ optionFilterProp: 'label' }}
      onChange={onChange}
      style={{ minWidth: 360 }}
      data-testid="compare-runs"
    />
  )
}
