import type { LoopRound } from '@/api/loop'
import { Chart } from '@/components/charts/Chart'
import { bandOption } from '@/components/charts/options'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { roundSeries } from './chart'
import styles from './loop.module.css'

/** How good each round's model was, with its interval, beside the model that was current then on the same benchmark. */
export function RoundsChart({ rounds }: { rounds: readonly LoopRound[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const told = useMemo(() => roundSeries(rounds), [rounds])
  const option = useMemo(() => {
    const { numbers, ours, theirs, promoted, regressions, min, max } = told
    return bandOption({
      names: numbers.map((number) => t('loop.numbered', { number })),
      series: [
        { name: t('loop.ours'), points: ours },
        { name: t('loop.theirs'), points: theirs },
      ],
      marks: [
        { name: t('loop.marks.promoted'), symbol: 'diamond', values: promoted },
        { name: t('loop.marks.regression'), symbol: 'triangle', values: regressions },
      ],
      xName: t('loop.byRound'),
      min,
      max,
      format: format.score,
    })
  }, [told, t, format])
  if (told.numbers.length === 0) return null
  return (
    <Section title={t('loop.scores')} testid="loop-chart">
      <Chart option={option} label={t('loop.scores')} height={260} />
      <p className={styles.hint}>{t('loop.scoresHint')}</p>
    </Section>
  )
}
