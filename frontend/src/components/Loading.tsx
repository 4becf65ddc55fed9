import { Spin } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './states.module.css'

export function Loading() {
  const { t } = useTranslation()
  return (
    <div className={styles.state} role="status" aria-label={t('app.loading')}>
      <Spin />
    </div>
  )
}
