import { ALONG, type Forecast, type Plan } from '@/api/planning'
import { Section } from '@/components/Page'
import { Chart } from '@/components/charts/Chart'
import { bandOption } from '@/components/charts/options'
import { useFormat } from '@/lib/format'
import { Segmented } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './planning.module.css'

interface Props {
  told: Plan
  onAlong: (along: (typeof ALONG)[number]) => void
}

/** How conflicts, ordered pairs, agreement and discussions change with noise or passes. */
export function ForecastPlots({ told, onAlong }: Props) {
  const { t } = useTranslation()
  const along = told.plan.along ?? 'noise'
  const choice = (
    <Segmented
      value={along}
      options={ALONG.map((value) => ({ value, label: t(`planning.along.${value}`) }))}
      onChange={onAlong}
      aria-label={t('planning.plots')}
      data-testid="plan-along"
    />
  )
  return (
    <Section title={t('planning.plots')} actions={choice} testid="forecast-plots">
      <div className={styles.plots}>
        <Plot told={told} names={['conflict_before', 'conflict']} title={t('planning.plot.conflict')} percent />
        <Plot told={told} names={['pairs']} title={t('planning.plot.pairs')} />
        <Plot told={told} names={['agreement', 'discussed']} title={t('planning.plot.agreement')} percent />
      </div>
    </Section>
  )
}

type Name = 'conflict' | 'conflict_before' | 'pairs' | 'agreement' | 'discussed'

interface PlotProps {
  told: Plan
  names: readonly Name[]
  title: string
  percent?: boolean
}

function Plot({ told, names, title, percent = false }: PlotProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const option = useMemo(
    () =>
      bandOption({
        names: told.along.map(({ at }) => format.measure(at)),
        series: names.map((name) => ({
          name: t(`planning.series.${name}`),
          points: told.along.map(({ forecast }: { forecast: Forecast }) => forecast[name] ?? null),
        })),
        xName: t(`planning.along.${told.plan.along ?? 'noise'}`),
        min: percent ? 0 : undefined,
        format: percent ? format.percent : format.decimal,
      }),
    [told, names, percent, t, format],
  )
  return (
    <figure className={styles.plot}>
      <figcaption>{title}</figcaption>
      <Chart option={option} label={title} height={260} />
    </figure>
  )
}
