import type { Rate } from '@/api/people'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Chart } from './Chart'
import { daysOption } from './options'

type RateName = 'agreement' | 'gold' | 'conflict' | 'rejection'

interface Props<Name extends RateName> {
  label: string
  /** Days in order, each with its shares */
  days: readonly ({ day: string } & Record<Name, Rate | null>)[]
  rates: readonly Name[]
  height?: number
}

/** Shares day by day, a line each. */
export function RatesOverTime<Name extends RateName>({ label, days, rates, height }: Props<Name>) {
  const { t } = useTranslation()
  const format = useFormat()
  const option = useMemo(
    () =>
      daysOption({
        days: days.map(({ day }) => day),
        series: rates.map((rate) => ({
          name: t(`people.column.${rate}`),
          values: days.map((day) => day[rate]?.rate ?? null),
        })),
        max: 1,
        format: format.percent,
      }),
    [days, rates, t, format],
  )
  if (days.length === 0) return <p>{t('statistics.noDays')}</p>
  return <Chart option={option} label={label} height={height} />
}
