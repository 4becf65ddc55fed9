import type { CategoryFigures, RunMetrics as Metrics } from '@/api/runs'
import { SUBSETS, type Subset } from '@/api/prompts'
import { Chart } from '@/components/charts/Chart'
import { barOption } from '@/components/charts/options'
import { Figure, Figures } from '@/components/Figures'
import { Calibration } from '@/components/models/Calibration'
import { Interval } from '@/components/models/Interval'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './runs.module.css'

/** How the model did on the benchmark of its set: both figures of both subsets, and by category. */
export function RunMetrics({ metrics }: { metrics: Metrics }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <>
      <Section title={t('runs.benchmark')} testid="run-metrics">
        <Figures>
          <Figure
            label={t('runs.overall')}
            value={<Interval value={metrics.overall} interval={metrics.overall_interval} />}
            hint={t('runs.overallHint')}
            testid="metric-overall"
          />
          {SUBSETS.flatMap((subset) => {
            const figures = metrics[subset]
            return [
              <Figure
                key={`${subset}-accuracy`}
                label={t(`runs.accuracyOf.${subset}`)}
                value={<Interval value={figures?.accuracy} interval={figures?.intervals?.accuracy} />}
                testid={`metric-${subset}-accuracy`}
              />,
              <Figure
                key={`${subset}-exact`}
                label={t(`runs.exactOf.${subset}`)}
                value={<Interval value={figures?.exact_match} interval={figures?.intervals?.exact_match} />}
                testid={`metric-${subset}-exact_match`}
              />,
            ]
          })}
          {metrics.judge && (
            <>
              <Figure
                label={t('runs.judgeOverall')}
                value={<Interval value={metrics.judge.overall} interval={metrics.judge.overall_interval} />}
                hint={t('runs.judgeHint')}
              />
              <Figure
                label={t('runs.headsAgree')}
                value={format.percent(metrics.judge.agreement)}
                hint={t('runs.headsAgreeHint')}
                testid="metric-heads-agree"
              />
            </>
          )}
        </Figures>
      </Section>
      <div className={styles.curves}>
        {SUBSETS.map((subset) => {
          const categories = metrics[subset]?.categories
          return categories && <CategoryChart key={subset} subset={subset} categories={categories} />
        })}
      </div>
      <Section title={t('runs.calibration')}>
        <Calibration measured={metrics} />
      </Section>
    </>
  )
}

interface CategoryProps {
  subset: Subset
  categories: Record<string, CategoryFigures>
}

function CategoryChart({ subset, categories }: CategoryProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const title = t(`runs.byCategory.${subset}`)
  const option = useMemo(() => {
    const names = Object.keys(categories)
    return barOption({
      names,
      series: [
        { name: t('runs.accuracy'), values: names.map((name) => categories[name]?.accuracy ?? null) },
        { name: t('runs.exact'), values: names.map((name) => categories[name]?.exact_match ?? null) },
      ],
      max: 1,
      format: format.score,
    })
  }, [categories, t, format])
  return (
    <Section title={title}>
      <Chart option={option} label={title} height={200} />
    </Section>
  )
}
