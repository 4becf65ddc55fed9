import type { Estimate, Plan } from '@/api/planning'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { NONE, useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './planning.module.css'

/** What comes of a plan, each share with its interval. */
export function ForecastFigures({ told }: { told: Plan }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { forecast } = told
  const estimate = (value: Estimate | null | undefined, shown: (value: number) => string) =>
    value ? (
      <>
        {shown(value.value)} <small className={styles.interval}>{`${shown(value.low)} – ${shown(value.high)}`}</small>
      </>
    ) : (
      NONE
    )
  return (
    <Section title={t('planning.forecast')} testid="forecast">
      <Figures>
        <Figure label={t('planning.days')} value={format.integer(forecast.days)} testid="forecast-days" />
        <Figure label={t('planning.triples')} value={format.integer(forecast.triples)} />
        <Figure
          label={t('planning.agreement')}
          hint={t('planning.single')}
          value={estimate(forecast.agreement, format.percent)}
        />
        <Figure
          label={t('planning.discussed')}
          hint={t('planning.single')}
          value={estimate(forecast.discussed, format.percent)}
        />
        <Figure label={t('planning.conflictBefore')} value={estimate(forecast.conflict_before, format.percent)} />
        <Figure label={t('planning.conflict')} value={estimate(forecast.conflict, format.percent)} />
        <Figure label={t('planning.pairs')} value={estimate(forecast.pairs, format.measure)} />
      </Figures>
      <p className={styles.hint}>
        {t('planning.rests', {
          n: format.integer(forecast.n_simulated),
          measured: format.percent(told.measured_share),
        })}
      </p>
    </Section>
  )
}
