import { suspicionFiguresQuery, suspicionRunsQuery, useSearchVotes, type Precision, type SuspicionRun, type Tally } from '@/api/colleague'
import { useRoles } from '@/api/session'
import { RunState } from '@/components/colleague/RunState'
import { SettingFields } from '@/components/colleague/SettingFields'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { QueryView } from '@/components/QueryView'
import { RateCell } from '@/components/RateCell'
import { NONE, useFormat } from '@/lib/format'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { DecidedList } from './DecidedList'
import styles from './suspicions.module.css'

const RESEARCH = ['owner', 'researcher']
const FIELDS = [
  { name: 'queue_size', min: 1, max: 5000 },
  { name: 'least_error', min: 0, max: 100, percent: true },
  { name: 'control_share', min: 0, max: 50, percent: true },
] as const

/** How often doubted votes turned out wrong, beside a random sample, by tenths of the queue and run by run. */
export function SuspicionFigures({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useQuery(suspicionFiguresQuery(project))
  const trains = useRoles(project).some((role) => RESEARCH.includes(role))
  return (
    <>
      <QueryView query={query}>
        {({ together }) => (
          <>
            <Together precision={together} />
            <Section title={t('suspicions.deciles')} testid="suspicion-deciles">
              <Deciles tallies={together.deciles} />
            </Section>
            <DecidedList project={project} seesPrompts={trains} />
          </>
        )}
      </QueryView>
      <Runs project={project} trains={trains} figures={query.data?.runs ?? []} />
      {trains && (
        <Section title={t('colleague.settings')}>
          <p className={styles.hint}>{t('suspicions.settingsHint')}</p>
          <SettingFields project={project} fields={FIELDS} />
        </Section>
      )}
    </>
  )
}

function Together({ precision }: { precision: Precision }) {
  const { t } = useTranslation()
  const { suspects, control } = precision
  return (
    <Section title={t('suspicions.together')} testid="suspicion-together">
      <Figures>
        <Figure label={t('suspicions.precision')} value={<RateCell rate={suspects.rate} to="?view=figures&state=overruled" />} testid="precision" />
        <Figure label={t('suspicions.base')} value={<RateCell rate={control.rate} to="?view=figures&control=1" />} testid="base-rate" />
        <Figure label={t('suspicions.lift')} value={<Lift lift={precision.lift} />} testid="lift" />
        <Figure label={t('suspicions.decided')} value={t('suspicions.of', { k: suspects.decided, n: suspects.asked })} />
        <Figure label={t('suspicions.controls')} value={t('suspicions.of', { k: control.decided, n: control.asked })} />
      </Figures>
      <p className={styles.hint}>{t('suspicions.aboutLift')}</p>
    </Section>
  )
}

function Lift({ lift }: { lift: Precision['lift'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (lift === null) return NONE
  const [value, low, high] = [lift.value, lift.low, lift.high].map((figure) => format.decimal(figure))
  return t('suspicions.times', { value, low, high })
}

function Deciles({ tallies }: { tallies: readonly Tally[] }) {
  const { t } = useTranslation()
  return (
    <Table
      size="small"
      pagination={false}
      rowKey={(tally) => tallies.indexOf(tally)}
      dataSource={[...tallies]}
      columns={[
        { title: t('suspicions.decile'), render: (_, __, place) => t('suspicions.tenth', { n: place + 1 }) },
        { title: t('suspicions.asked'), align: 'right', dataIndex: 'asked' },
        { title: t('suspicions.decided'), align: 'right', dataIndex: 'decided' },
        { title: t('suspicions.overruledCount'), align: 'right', dataIndex: 'overruled' },
        {
          title: t('suspicions.precision'),
          align: 'right',
          render: (_, { rate }, place) => <RateCell rate={rate} to={`?view=figures&decile=${place + 1}`} />,
        },
      ]}
    />
  )
}

interface RunsProps {
  project: number
  trains: boolean
  figures: readonly (Precision & { run: number })[]
}

function Runs({ project, trains, figures }: RunsProps) {
  const { t } = useTranslation()
  const search = useSearchVotes(project)
  const query = useInfiniteQuery(suspicionRunsQuery(project))
  return (
    <Section
      title={t('suspicions.runs')}
      actions={
        trains && (
          <Button onClick={() => search.mutate()} loading={search.isPending} data-testid="suspicion-search">
            {t('suspicions.search')}
          </Button>
        )
      }
    >
      <Failure error={search.error} />
      <PagedTable
        query={query}
        columns={useColumns(trains, figures)}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('suspicions.noRuns.title')} hint={t('suspicions.noRuns.hint')} />}
        testid="suspicion-runs"
      />
    </Section>
  )
}

function useColumns(trains: boolean, figures: RunsProps['figures']): TableColumnsType<SuspicionRun> {
  const { t } = useTranslation()
  const format = useFormat()
  const of = (run: SuspicionRun) => figures.find((one) => one.run === run.id)
  return [
    { title: t('suspicions.begun'), render: (_, run) => format.dateTime(run.created_at) },
    { title: t('suspicions.by'), render: (_, run) => t(run.by_itself ? 'suspicions.byItself' : 'suspicions.byHand') },
    { title: t('suspicions.models'), render: (_, run) => <RunState run={run} linked={trains} /> },
    { title: t('suspicions.pairs'), align: 'right', render: (_, run) => format.integer(run.n_pairs) },
    { title: t('suspicions.suspects'), align: 'right', render: (_, run) => format.integer(run.n_suspects) },
    { title: t('suspicions.meanError'), align: 'right', render: (_, run) => format.percent(run.mean_error) },
    { title: t('suspicions.precision'), align: 'right', render: (_, run) => <RateCell rate={of(run)?.suspects.rate ?? null} /> },
    { title: t('suspicions.base'), align: 'right', render: (_, run) => <RateCell rate={of(run)?.control.rate ?? null} /> },
    { title: t('suspicions.lift'), align: 'right', render: (_, run) => <Lift lift={of(run)?.lift ?? null} /> },
  ]
}
