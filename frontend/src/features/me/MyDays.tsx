import type { MyFigures } from '@/api/me'
import { Chart } from '@/components/charts/Chart'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { daysOption } from './daysOption'

/** The last thirty days: how much, and how far others agreed. */
export function MyDays({ days }: { days: MyFigures['days'] }) {
  const { t } = useTranslation()
  const { integer, percent } = useFormat()
  const option = useMemo(
    () => daysOption({ days, tasks: t('me.days.tasks'), agreement: t('me.agreement'), integer, percent }),
    [days, t, integer, percent],
  )
  if (days.every(({ tasks }) => tasks === 0)) return <p>{t('me.days.none')}</p>
  return <Chart option={option} label={t('me.days.title')} height={200} />
}
