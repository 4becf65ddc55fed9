import type { Rate } from '@/api/people'
import { NONE, useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './RateCell.module.css'

/** Below so many units a share says little, and is shown as such. */
const FEW = 30

interface Props {
  rate: Rate | null
  /** Where its rows are */
  to?: string | null
}

/** A share with its 95% interval and what it rests on; one that rests on little is grey, and says so. */
export function RateCell({ rate, to }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  if (rate === null) return <span className={styles.none}>{NONE}</span>
  const few = rate.n < FEW
  const value = format.percent(rate.rate)
  return (
    <span className={few ? styles.few : styles.rate} data-few={few}>
      <span className={styles.value}>
        {to ? <Link to={to}>{value}</Link> : value}
        {few && <small className={styles.mark}>{t('statistics.few')}</small>}
      </span>
      <small className={styles.rest}>
        {t('statistics.interval', { low: format.integer(rate.low * 100), high: format.integer(rate.high * 100) })}
        {' · '}
        {t('statistics.units', { n: format.integer(rate.n) })}
      </small>
    </span>
  )
}
