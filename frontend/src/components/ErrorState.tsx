import { useErrorText } from '@/components/useErrorText'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './states.module.css'

/** Something failed: what happened in the server's words or ours, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation()
  const text = useErrorText()
  return (
    <div className={styles.state} role="alert" data-testid="error-state">
      <h2>{t('app.error.title')}</h2>
      <p>{text(error)}</p>
      {onRetry && <Button onClick={onRetry}>{t('app.error.retry')}</Button>}
    </div>
  )
}
