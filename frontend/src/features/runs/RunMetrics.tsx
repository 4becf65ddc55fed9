import type { CategoryFigures, RunMetrics as Metrics } from '@/api/runs'
import { SUBSETS, type Subset } from '@/api/prompts'
import { Chart } from '@/components/charts/Chart'
import { barOption } from '@/components/charts/options'
import { Figure, Figures } from '@/components/Figures'
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
            value={format.score(metrics.overall)}
            hint={t('runs.overallHint')}
            testid="metric-overall"
          />
          {SUBSETS.flatMap((subset) => {
            const figures = metrics[subset]
            return [
              <Figure
                key={`${subset}-accuracy`}
                label={t(`runs.accuracyOf.${subset}`)}
                value={format.score(figures?.accuracy)}
                testid={`metric-${subset}-accuracy`}
              />,
              <Figure
                key={`${subset}-exact`}
                label={t(`runs.exactOf.${subset}`)}
                value={format.score(figures?.exact_match)}
                testid={`metric-${subset}-exact_match`}
              />,
            ]
          })}
        </Figures>
      </Section>
      <div className={styles.curves}>
        {SUBSETS.map((subset) => {
          const categories = metrics[subset]?.categories
          return categories && <CategoryChart key={subset} subset={subset} categories={categories} />
        })}
      </div>
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
