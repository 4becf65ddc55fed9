import type { LeaderboardRow } from '@/api/leaderboard'
import { Chart } from '@/components/charts/Chart'
import { barOption, lineOption } from '@/components/charts/options'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { FIGURES, scalingPoints, type FigureName } from './series'
import styles from './leaderboard.module.css'

const ALL = Object.keys(FIGURES) as FigureName[]
const SCALING: readonly FigureName[] = ['openAccuracy', 'humanAccuracy']
/** More bars than this cannot be told apart; the table has them all. */
const MOST_BARS = 12

/** The figures model by model, and accuracy against how much the models were trained on. */
export function LeaderboardPlots({ rows }: { rows: readonly LeaderboardRow[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const bars = useMemo(() => {
    const shown = rows.slice(0, MOST_BARS)
    return barOption({
      names: shown.map(({ run, model }) => t('leaderboard.numbered', { run, name: model.name })),
      series: ALL.map((name) => ({ name: t(`leaderboard.figures.${name}`), values: shown.map(FIGURES[name]) })),
      max: 1,
      format: format.score,
    })
  }, [rows, t, format])
  const lines = useMemo(
    () =>
      lineOption({
        series: SCALING.map((name) => ({ name: t(`leaderboard.figures.${name}`), points: scalingPoints(rows, name) })),
        xName: t('leaderboard.trainPairs'),
        apart: true,
        fromZero: true,
        format: format.score,
      }),
    [rows, t, format],
  )
  return (
    <div className={styles.plots}>
      <Section title={t('leaderboard.bars')} testid="leaderboard-bars">
        <Chart option={bars} label={t('leaderboard.bars')} height={300} />
      </Section>
      <Section title={t('leaderboard.scaling')} testid="leaderboard-scaling">
        <Chart option={lines} label={t('leaderboard.scaling')} height={300} />
      </Section>
    </div>
  )
}
