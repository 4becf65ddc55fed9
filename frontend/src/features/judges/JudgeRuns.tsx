import { judgeRunsQuery, type JudgeRun } from '@/api/judging'
import { fromMicros } from '@/components/calls/money'
import { EmptyState } from '@/components/EmptyState'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { TrialForm } from './TrialForm'

/** The judge runs of a project, and the form that tries another judge. */
export function JudgeRuns({ project, onEndpoints }: { project: number; onEndpoints: () => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const runs = useInfiniteQuery(judgeRunsQuery(project))
  const begin = (
    <Button type="primary" onClick={() => setOpen(true)} data-testid="trial-new">
      {t('judges.newTrial')}
    </Button>
  )
  return (
    <>
      {open && <TrialForm project={project} onClose={() => setOpen(false)} onEndpoints={onEndpoints} />}
      <Section title={t('judges.tabs.runs')} actions={!open && begin}>
        <PagedTable
          query={runs}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('judges.empty.title')} hint={t('judges.empty.hint')} />}
          testid="judge-runs"
        />
      </Section>
    </>
  )
}

function useColumns(): TableColumnsType<JudgeRun> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('judges.judge'),
      render: (_, run) => (
        <Link to={`/judges/${run.id}`} data-testid={`judge-run-${run.id}`}>
          {t('judges.numbered', { id: run.id, name: run.name })}
        </Link>
      ),
    },
    { title: t('judges.state'), render: (_, run) => <StateTag machine="callRun" state={run.state} /> },
    {
      title: t('judges.kind'),
      render: (_, run) => (run.trial === null ? t('judges.trial') : t(`judges.scopes.${run.scope}`)),
    },
    { title: t('judges.language'), render: (_, run) => t(`judges.languages.${run.language}`) },
    {
      title: t('judges.calls'),
      align: 'right',
      render: (_, run) => `${format.integer(run.n_done)} / ${format.integer(run.n_calls)}`,
    },
    {
      title: t('judges.agreement'),
      align: 'right',
      render: (_, run) => format.percent(run.report?.agreement?.same.value),
    },
    { title: t('judges.kappa'), align: 'right', render: (_, run) => format.score(run.report?.agreement?.kappa) },
    { title: t('judges.cost'), align: 'right', render: (_, run) => format.measure(fromMicros(run.spent.micros)) },
    { title: t('judges.released'), render: (_, run) => format.dateTime(run.released_at) },
    { title: t('judges.created'), render: (_, run) => format.dateTime(run.created_at) },
  ]
}
