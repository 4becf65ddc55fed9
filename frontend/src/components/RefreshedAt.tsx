import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './RateCell.module.css'

/** Up to when the figures beside it are counted. */
export function RefreshedAt({ at }: { at: string | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <span className={styles.rest} data-testid="refreshed-at">
      {at === null ? t('statistics.notYet') : t('statistics.refreshed', { at: format.dateTime(at) })}
    </span>
  )
}
