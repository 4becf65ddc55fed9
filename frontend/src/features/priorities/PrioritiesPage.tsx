import { priorityRunsQuery, useRankPrompts, type PriorityRun } from '@/api/colleague'
import { barOption } from '@/components/charts/options'
import { Chart } from '@/components/charts/Chart'
import { RunState } from '@/components/colleague/RunState'
import { SettingFields } from '@/components/colleague/SettingFields'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Figure, Figures } from '@/components/Figures'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, type TableColumnsType } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './priorities.module.css'

const FIELDS = [{ name: 'random_share', min: 5, max: 100, percent: true }] as const

/** Which prompts the models would have annotated next, how many stay random, and the rankings so far. */
export default function PrioritiesPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const query = useInfiniteQuery(priorityRunsQuery(project))
  const rank = useRankPrompts(project)
  const done = query.data?.pages.flatMap((page) => page.results).find(({ state }) => state === 'done')
  return (
    <Page
      title={t('priorities.title')}
      actions={
        <Button type="primary" onClick={() => rank.mutate()} loading={rank.isPending} data-testid="priorities-run">
          {t('priorities.run')}
        </Button>
      }
    >
      <Failure error={rank.error} />
      <p className={styles.hint}>{t('priorities.about')}</p>
      {done && <Newest run={done} />}
      <Section title={t('priorities.runs')}>
        <PagedTable
          query={query}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('priorities.empty.title')} hint={t('priorities.empty.hint')} />}
          testid="priority-runs"
        />
      </Section>
      <Section title={t('colleague.settings')}>
        <p className={styles.hint}>{t('priorities.shareHint')}</p>
        <SettingFields project={project} fields={FIELDS} />
      </Section>
    </Page>
  )
}

/** What the last ranking came to: counts, and how much the prompts are expected to tell. */
function Newest({ run }: { run: PriorityRun }) {
  const { t } = useTranslation()
  const format = useFormat()
  const option = useMemo(
    () =>
      barOption({
        names: run.edges.slice(0, -1).map((edge) => edge.toFixed(2)),
        series: [{ name: t('priorities.prompts'), values: run.counts }],
        stacked: true,
        format: format.integer,
      }),
    [run, t, format],
  )
  return (
    <Section title={t('priorities.newest', { at: format.dateTime(run.finished_at) })} testid="priorities-newest">
      <Figures>
        <Figure label={t('priorities.ranked')} value={format.integer(run.n_prompts)} />
        <Figure label={t('priorities.random')} value={format.integer(run.n_random)} testid="priorities-random" />
        <Figure label={t('priorities.share')} value={format.percent(run.share)} />
        <Figure label={t('priorities.mean')} value={format.score(run.mean)} />
      </Figures>
      <Chart option={option} label={t('priorities.histogram')} height={240} />
      <p className={styles.hint}>{t('priorities.aboutInformation')}</p>
    </Section>
  )
}

function useColumns(): TableColumnsType<PriorityRun> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { title: t('priorities.begun'), render: (_, run) => format.dateTime(run.created_at) },
    { title: t('suspicions.by'), render: (_, run) => t(run.by_itself ? 'suspicions.byItself' : 'suspicions.byHand') },
    { title: t('priorities.models'), render: (_, run) => <RunState run={run} linked /> },
    { title: t('priorities.calibrated'), align: 'right', render: (_, run) => format.integer(run.n_calibration_votes) },
    { title: t('priorities.ranked'), align: 'right', render: (_, run) => format.integer(run.n_prompts) },
    { title: t('priorities.random'), align: 'right', render: (_, run) => format.integer(run.n_random) },
    { title: t('priorities.mean'), align: 'right', render: (_, run) => format.score(run.mean) },
  ]
}
