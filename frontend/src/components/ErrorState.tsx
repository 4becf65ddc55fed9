import { useErrorText } from '@/components/useErrorText'
import { Button } from 'antd'
import { useContext } from 'react'
import { useTranslation } from 'react-i18next'
import { InPage } from './inPage'
import styles from './states.module.css'

/** Something failed: what happened in the server's words or ours, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation()
  const text = useErrorText()
  const Heading = useContext(InPage) ? 'h2' : 'h1'
  return (
    <div className={styles.state} role="alert" data-testid="error-state">
      <Heading>{t('app.error.title')}</Heading>
      <p>{text(error)}</p>
      {onRetry && <Button onClick={onRetry}>{t('app.error.retry')}</Button>}
    </div>
  )
}
