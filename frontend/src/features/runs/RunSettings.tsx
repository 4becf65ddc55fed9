import type { Run } from '@/api/runs'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './runs.module.css'

/** What the run was asked for, and on exactly which data. */
export function RunSettings({ run }: { run: Run }) {
  const { t } = useTranslation()
  const format = useFormat()
  const project = useRequiredProjectId(run.project)
  const training = run.metrics?.training
  return (
    <Section title={t('runs.settings')} testid="run-settings">
      <dl className={styles.settings}>
        <dt>{t('runs.set')}</dt>
        <dd>
          <Link to={`/sets/${run.set.id}`}>{t('runs.versioned', run.set)}</Link>
        </dd>
        <dt>{t('runs.dataHash')}</dt>
        <dd>
          <code>{run.set.sha256}</code>
        </dd>
        <dt>{t('runs.base')}</dt>
        <dd>
          <code>{run.base}</code>
        </dd>
        {run.model && (
          <>
            <dt>{t('runs.model')}</dt>
            <dd>
              <Link to={`/models/${run.model.id}`}>{run.model.name}</Link>
            </dd>
          </>
        )}
        {run.cloned_from !== null && (
          <>
            <dt>{t('runs.clonedFrom')}</dt>
            <dd>
              <Link to={`/p/${project}/compare?runs=${run.cloned_from},${run.id}`}>
                {t('runs.clonedFromRun', { id: run.cloned_from })}
              </Link>
            </dd>
          </>
        )}
        {training?.objective && <Setting name={t('runs.objective')} value={training.objective} />}
        {training?.attention && <Setting name={t('runs.attentionUsed')} value={training.attention} />}
        <dt>{t('runs.created')}</dt>
        <dd>{format.dateTime(run.created_at)}</dd>
        <dt>{t('runs.started')}</dt>
        <dd>{format.dateTime(run.started_at)}</dd>
        <dt>{t('runs.finished')}</dt>
        <dd>{format.dateTime(run.finished_at)}</dd>
        <dt>{t('runs.attempts')}</dt>
        <dd>{format.integer(run.attempts)}</dd>
        {Object.entries(run.params).map(([name, value]) => (
          <Setting key={name} name={t(`runs.params.${name}`, name)} value={String(value)} />
        ))}
      </dl>
      <p className={styles.hint}>{t('runs.defaultsElse')}</p>
    </Section>
  )
}

function Setting({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
      </dd>
    </>
  )
}
