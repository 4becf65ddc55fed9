import type { LeaderboardRow } from '@/api/leaderboard'
import { SUBSETS } from '@/api/prompts'
import { Chart } from '@/components/charts/Chart'
import { scalingOption } from '@/components/charts/modelOptions'
import { barOption } from '@/components/charts/options'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { rowName } from './rowName'
import { FIGURES, scalingPoints, type FigureName } from './series'
import styles from './leaderboard.module.css'

const ALL = Object.keys(FIGURES) as FigureName[]
/** More bars than this cannot be told apart; the table has them all. */
const MOST_BARS = 12

/** The figures model by model, and accuracy against how much the models were trained on. */
export function LeaderboardPlots({ rows }: { rows: readonly LeaderboardRow[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const bars = useMemo(() => {
    const shown = rows.slice(0, MOST_BARS)
    return barOption({
      names: shown.map((row) => rowName(row, t)),
      series: ALL.map((name) => ({ name: t(`leaderboard.figures.${name}`), values: shown.map(FIGURES[name]) })),
      max: 1,
      format: format.score,
    })
  }, [rows, t, format])
  const scaling = useMemo(
    () =>
      scalingOption({
        series: SUBSETS.map((subset) => ({
          name: t(`leaderboard.scalingOf.${subset}`),
          points: scalingPoints(rows, subset),
        })),
        xName: t('leaderboard.trainPairsLog'),
        format: format.score,
        formatX: format.integer,
      }),
    [rows, t, format],
  )
  return (
    <div className={styles.plots}>
      <Section title={t('leaderboard.bars')} testid="leaderboard-bars">
        <Chart option={bars} label={t('leaderboard.bars')} height={300} />
      </Section>
      <Section title={t('leaderboard.scaling')} testid="leaderboard-scaling">
        <Chart option={scaling} label={t('leaderboard.scaling')} height={300} />
      </Section>
    </div>
  )
}
