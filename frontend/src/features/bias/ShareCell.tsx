import type { BiasCell, Coefficient } from '@/api/bias'
import { NONE, useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './bias.module.css'
import { leaning } from './filters'

/** A share with its interval and what it rests on; one that is surely not even is marked. */
export function ShareCell({ cell }: { cell: BiasCell }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (cell.share === null) return <span>{NONE}</span>
  return (
    <Estimated
      value={format.percent(cell.share)}
      range={`${format.percent(cell.low)} – ${format.percent(cell.high)} · ${t('statistics.units', { n: format.integer(cell.n) })}`}
      sure={leaning(cell, 0.5)}
    />
  )
}

/** A coefficient of the fit; one that is surely not 0 is marked. */
export function CoefficientCell({ value }: { value: Coefficient | undefined }) {
  const format = useFormat()
  if (!value) return <span>{NONE}</span>
  return (
    <Estimated
      value={format.score(value.value)}
      range={`${format.score(value.low)} – ${format.score(value.high)}`}
      sure={leaning(value, 0)}
    />
  )
}

function Estimated({ value, range, sure }: { value: string; range: string; sure: boolean }) {
  const { t } = useTranslation()
  return (
    <span className={styles.estimate}>
      <span className={sure ? styles.sure : undefined}>
        {value}
        {sure && <small className={styles.mark}>{t('bias.sure')}</small>}
      </span>
      <small className={styles.range}>{range}</small>
    </span>
  )
}
