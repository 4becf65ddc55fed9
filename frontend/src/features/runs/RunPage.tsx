import { progressQuery, runActive, runQuery, useCancelRun, useResumeRun, type Run } from '@/api/runs'
import { Failure } from '@/components/Failure'
import { Disagreements } from '@/components/models/Disagreements'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { notesOf } from './curves'
import { RunCurves } from './RunCurves'
import { RunLog } from './RunLog'
import { RunMetrics } from './RunMetrics'
import { RunSettings } from './RunSettings'
import styles from './runs.module.css'

/** One training run, followed live: state, curves, log, settings, and in the end how the model did. */
export default function RunPage() {
  const id = Number(useParams().id)
  const query = useQuery(runQuery(id))
  return <QueryView query={query}>{(run) => <RunView run={run} />}</QueryView>
}

function RunView({ run }: { run: Run }) {
  const { t } = useTranslation()
  const project = useRequiredProjectId(run.project)
  const cancel = useCancelRun(run.id)
  const resume = useResumeRun(run.id)
  const progress = useQuery(progressQuery(run.id))
  const rows = progress.data?.rows ?? []
  const active = runActive(run.state)
  return (
    <Page
      title={t('runs.numbered', { id: run.id, name: run.name })}
      aside={<StateTag machine="run" state={run.state} />}
      actions={
        <>
          {active && (
            <Button
              danger
              disabled={run.cancel_requested}
              loading={cancel.isPending}
              onClick={() => cancel.mutate()}
              data-testid="run-cancel"
            >
              {t(run.cancel_requested ? 'runs.cancelling' : 'runs.cancel')}
            </Button>
          )}
          {(run.state === 'failed' || run.state === 'cancelled') && (
            <Button type="primary" loading={resume.isPending} onClick={() => resume.mutate()} data-testid="run-resume">
              {t('runs.resume')}
            </Button>
          )}
          <Link to={`/p/${project}/runs?clone=${run.id}`} data-testid="run-clone">
            {t('runs.clone')}
          </Link>
          {run.model && <Link to={`/models/${run.model.id}`}>{t('runs.toModel')}</Link>}
          {run.state === 'succeeded' && <Link to={`/p/${project}/leaderboard`}>{t('runs.toLeaderboard')}</Link>}
        </>
      }
    >
      <Failure error={cancel.error ?? resume.error} />
      {run.error && (
        <Alert
          type="error"
          showIcon
          title={<span className={styles.error}>{run.error}</span>}
          description={t('runs.failedKept')}
          style={{ marginBottom: 16 }}
          data-testid="run-error"
        />
      )}
      {active && <RunProgress run={run} />}
      <RunNotes notes={notesOf(rows, run.metrics?.training.notes ?? [])} />
      {run.metrics && <RunMetrics metrics={run.metrics} />}
      <div className={styles.columns}>
        <div className={styles.curves} data-testid="run-curves" data-steps={rows.at(-1)?.step ?? 0}>
          <RunCurves rows={rows} active={active} />
          <RunLog run={run.id} active={active} />
        </div>
        <RunSettings run={run} />
      </div>
      {run.model && run.metrics && (
        <Section title={t('runs.disagreements')}>
          <Disagreements model={run.model.id} set={run.set.id} measured={run.metrics} />
        </Section>
      )}
    </Page>
  )
}

/** What the engine did otherwise than asked: another path of attention, smaller passes after it ran out of memory. */
function RunNotes({ notes }: { notes: readonly string[] }) {
  const { t } = useTranslation()
  if (notes.length === 0) return null
  return (
    <Alert
      type="info"
      showIcon
      title={t('runs.notes')}
      description={
        <ul className={styles.notes}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      }
      style={{ marginBottom: 16 }}
      data-testid="run-notes"
    />
  )
}

function RunProgress({ run }: { run: Run }) {
  const { t } = useTranslation()
  const format = useFormat()
  const percent = run.total_steps > 0 ? Math.floor((run.step / run.total_steps) * 100) : 0
  return (
    <Section testid="run-progress">
      <Progress
        percent={percent}
        status="active"
        format={() => `${format.integer(run.step)} / ${format.integer(run.total_steps)}`}
        aria-label={t('runs.progress')}
      />
      {run.state !== 'running' && t(`runs.waiting.${run.state}`)}
      {run.state === 'running' && run.total_steps === 0 && t('runs.waiting.preparing')}
    </Section>
  )
}
