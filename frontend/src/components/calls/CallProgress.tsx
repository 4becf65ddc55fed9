import { callRunActive, type CallRun } from '@/api/calls'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { Alert, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { BudgetBar } from './BudgetBar'
import styles from './calls.module.css'

/** How far a run is, what it has cost, and why it ended where it did not come to its end. */
export function CallProgress({ run }: { run: CallRun }) {
  const { t } = useTranslation()
  const format = useFormat()
  const ended = run.n_done + run.n_failed
  const percent = run.n_calls > 0 ? Math.floor((ended / run.n_calls) * 100) : 0
  return (
    <Section testid="call-progress">
      {run.error_code !== '' && <WhyEnded run={run} />}
      <Progress
        percent={percent}
        status={callRunActive(run.state) ? 'active' : 'normal'}
        format={() => `${format.integer(ended)} / ${format.integer(run.n_calls)}`}
        aria-label={t('calls.progress')}
      />
      <p className={styles.rest} role="status">
        {run.state === 'queued' && t('calls.queued')}
        {run.state === 'running' && run.n_prompts_planned < run.n_prompts && t('calls.planning')}
        {run.mean_seconds !== null && t('calls.latency', { seconds: format.measure(run.mean_seconds) })}{' '}
        {run.n_failed > 0 && t('calls.failed', { n: format.integer(run.n_failed) })}{' '}
        {run.n_unsure > 0 && t('calls.unsureCalls', { n: format.integer(run.n_unsure) })}
      </p>
      <BudgetBar run={run} />
    </Section>
  )
}

function WhyEnded({ run }: { run: CallRun }) {
  const { t } = useTranslation()
  return (
    <Alert
      type={run.state === 'stopped' ? 'warning' : 'error'}
      showIcon
      title={t(`calls.ended.${run.error_code}`, t('calls.ended.other'))}
      description={<span className={styles.error}>{run.error}</span>}
      style={{ marginBottom: 12 }}
      data-testid="call-error"
    />
  )
}
