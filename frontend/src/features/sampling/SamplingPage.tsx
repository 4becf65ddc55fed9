import { samplingRunsQuery, samplingWaitingQuery, type SamplingRun } from '@/api/sampling'
import { fromMicros } from '@/components/calls/money'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { SamplingForm } from './SamplingForm'

/** Responses of models for prompts that have none: how many wait, and what earlier runs did. */
export default function SamplingPage() {
  const { t } = useTranslation()
  const format = useFormat()
  const project = useRequiredProjectId()
  const [open, setOpen] = useState(false)
  const waiting = useQuery(samplingWaitingQuery(project)).data
  const runs = useInfiniteQuery(samplingRunsQuery(project))
  return (
    <Page
      title={t('sampling.title')}
      aside={waiting && <span>{t('sampling.waiting', { n: format.integer(waiting.n_prompts) })}</span>}
      actions={
        !open && (
          <Button type="primary" onClick={() => setOpen(true)} data-testid="sampling-new">
            {t('sampling.create')}
          </Button>
        )
      }
    >
      {open && <SamplingForm project={project} onClose={() => setOpen(false)} />}
      <Section>
        <PagedTable
          query={runs}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('sampling.empty.title')} hint={t('sampling.empty.hint')} />}
          testid="sampling-runs"
        />
      </Section>
    </Page>
  )
}

function useColumns(): TableColumnsType<SamplingRun> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('sampling.mix'),
      render: (_, run) => (
        <Link to={`/sampling/${run.id}`} data-testid={`sampling-run-${run.id}`}>
          {t('sampling.numbered', { id: run.id, name: run.name })}
        </Link>
      ),
    },
    { title: t('sampling.state'), render: (_, run) => <StateTag machine="callRun" state={run.state} /> },
    {
      title: t('sampling.filled'),
      align: 'right',
      render: (_, run) => `${format.integer(run.n_filled)} / ${format.integer(run.n_prompts)}`,
    },
    { title: t('sampling.short'), align: 'right', render: (_, run) => format.integer(run.n_short) },
    {
      title: t('sampling.calls'),
      align: 'right',
      render: (_, run) => `${format.integer(run.n_done)} / ${format.integer(run.n_calls)}`,
    },
    { title: t('sampling.cost'), align: 'right', render: (_, run) => format.measure(fromMicros(run.spent.micros)) },
    { title: t('sampling.created'), render: (_, run) => format.dateTime(run.created_at) },
  ]
}
