import type { CallOutcome } from '@/api/calls'
import {
  sampleCallsQuery,
  samplingRunQuery,
  useCancelSamplingRun,
  useResumeSamplingRun,
  type SampleCall,
  type SamplingRun,
} from '@/api/sampling'
import { Answers } from '@/components/calls/Answers'
import { CallOutcomes } from '@/components/calls/CallOutcomes'
import { CallProgress } from '@/components/calls/CallProgress'
import { RunActions } from '@/components/calls/RunActions'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Figure, Figures } from '@/components/Figures'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'

/** One sampling run: how far it is, what it costs, which prompts have got their responses, and every draw. */
export default function SamplingRunPage() {
  const id = Number(useParams().id)
  const query = useQuery(samplingRunQuery(id))
  return <QueryView query={query}>{(run) => <RunView run={run} />}</QueryView>
}

function RunView({ run }: { run: SamplingRun }) {
  const { t } = useTranslation()
  const format = useFormat()
  const project = useRequiredProjectId(run.project)
  const [filters, setFilters] = useFilters('outcome')
  const cancel = useCancelSamplingRun(run.id)
  const resume = useResumeSamplingRun(run.id)
  return (
    <Page
      title={t('sampling.numbered', { id: run.id, name: run.name })}
      aside={<StateTag machine="callRun" state={run.state} />}
      actions={<RunActions run={run} cancel={cancel} resume={resume} />}
    >
      <Failure error={cancel.error} />
      <CallProgress run={run} />
      <Section>
        <Figures>
          <Figure label={t('sampling.filled')} value={`${format.integer(run.n_filled)} / ${format.integer(run.n_prompts)}`} />
          <Figure
            label={t('sampling.short')}
            hint={t('sampling.shortHint')}
            value={format.integer(run.n_short)}
            to={`/p/${project}/prompts?state=awaiting_responses`}
          />
          <Figure label={t('sampling.draws')} value={format.integer(run.draws)} />
          <Figure label={t('sampling.keep')} value={format.integer(run.keep)} />
        </Figures>
        <Mix run={run} />
      </Section>
      <Section title={t('sampling.outcomes')}>
        <CallOutcomes run={run} chosen={filters.outcome} onChoose={(outcome) => setFilters({ outcome })} />
      </Section>
      <Draws run={run} outcome={filters.outcome} />
    </Page>
  )
}

function Mix({ run }: { run: SamplingRun }) {
  const { t } = useTranslation()
  return (
    <Table
      size="small"
      pagination={false}
      rowKey="endpoint"
      dataSource={run.mix}
      columns={[
        { title: t('sampling.endpoint'), dataIndex: 'name' },
        { title: t('sampling.model'), dataIndex: 'model' },
        { title: t('sampling.weight'), align: 'right', dataIndex: 'weight' },
        { title: t('sampling.temperature'), align: 'right', dataIndex: 'temperature' },
        { title: t('sampling.system'), dataIndex: 'system' },
      ]}
    />
  )
}

function Draws({ run, outcome }: { run: SamplingRun; outcome: string | null }) {
  const { t } = useTranslation()
  const calls = useInfiniteQuery(sampleCallsQuery(run.id, (outcome as CallOutcome | null) ?? undefined))
  return (
    <Section title={t('sampling.answers')}>
      <PagedTable
        query={calls}
        columns={useDrawColumns()}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('calls.noneYet')} />}
        testid="sample-calls"
      />
    </Section>
  )
}

function useDrawColumns(): TableColumnsType<SampleCall> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { title: t('sampling.prompt'), render: (_, call) => <Link to={`/prompts/${call.prompt}`}>{call.excerpt}</Link>, width: 260 },
    { title: t('sampling.endpoint'), dataIndex: 'endpoint' },
    { title: t('calls.outcome'), render: (_, call) => t(`calls.outcomes.${call.outcome}`) },
    { title: t('sampling.kept'), render: (_, call) => t(call.kept ? 'sampling.yes' : 'sampling.no') },
    { title: t('sampling.answer'), render: (_, call) => <Answers answers={call.answers} detail={call.detail} /> },
    { title: t('calls.tokens'), align: 'right', render: (_, call) => format.integer(call.tokens) },
    { title: t('calls.seconds'), align: 'right', render: (_, call) => format.measure(call.seconds) },
  ]
}
