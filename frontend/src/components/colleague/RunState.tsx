import type { AskedModel } from '@/api/colleague'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './colleague.module.css'

interface Props {
  run: { state: string; models: readonly AskedModel[]; error_code: string; error: string }
  /** Whether models have pages for this person */
  linked: boolean
}

/** How far a second opinion of the models is, which models were asked, and why there is none. */
export function RunState({ run, linked }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <div className={styles.run}>
      <StateTag machine="opinion" state={run.state} />
      {run.state === 'failed' && (
        <p className={styles.why} data-testid="opinion-error">
          {t(`colleague.errors.${run.error_code}`, run.error_code)}
          {run.error && run.error_code === 'scoring_failed' && ` ${run.error}`}
        </p>
      )}
      {run.models.map((model) => (
        <div key={model.id} className={styles.model}>
          {linked ? <Link to={`/models/${model.id}`}>{model.name}</Link> : model.name}
          {run.state === 'scoring' && (
            <Progress
              size="small"
              percent={model.n_prompts ? Math.floor((100 * model.n_done) / model.n_prompts) : 0}
              aria-label={t('colleague.scored', { name: model.name })}
            />
          )}
          {model.scale !== null && (
            <small>{t('colleague.fitted', { scale: format.measure(model.scale), width: format.score(model.width) })}</small>
          )}
        </div>
      ))}
    </div>
  )
}
