import { progressQuery, type ProgressRow, type Run } from '@/api/runs'
import { Chart } from '@/components/charts/Chart'
import { lineOption } from '@/components/charts/options'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'

const OVERLAID = ['loss', 'accuracy', 'grad_norm', 'lr', 'tokens_per_s', 'memory_mb'] as const
type Curve = (typeof OVERLAID)[number]
type Rows = readonly (readonly ProgressRow[])[]

const NO_ROWS: readonly ProgressRow[] = []

/** The same curve of every run on one chart. */
export function OverlaidCurves({ runs }: { runs: readonly Run[] }) {
  const progress = useQueries({ queries: runs.map(({ id }) => progressQuery(id)) })
  const rows = progress.map(({ data }) => data?.rows ?? NO_ROWS)
  const logged = OVERLAID.filter((curve) => rows.some((of) => of.some((row) => typeof row[curve] === 'number')))
  return (
    <div className={styles.curves} data-testid="compare-curves">
      {logged.map((curve) => (
        <Overlay key={curve} runs={runs} rows={rows} curve={curve} />
      ))}
    </div>
  )
}

function Overlay({ runs, rows, curve }: { runs: readonly Run[]; rows: Rows; curve: Curve }) {
  const { t } = useTranslation()
  const format = useFormat()
  const title = t(`runs.curves.${curve}`)
  const option = useMemo(
    () =>
      lineOption({
        series: runs.map(({ id }, index) => ({
          name: `#${id}`,
          points: (rows[index] ?? NO_ROWS).flatMap((row): [number, number][] => {
            const value = row[curve]
            return typeof value === 'number' ? [[row.step, value]] : []
          }),
        })),
        xName: t('compare.step'),
        apartByStroke: true,
        format: curve === 'lr' ? format.scientific : format.measure,
      }),
    [runs, rows, curve, t, format],
  )
  return (
    <Section title={title}>
      <Chart option={option} label={title} height={220} />
    </Section>
  )
}
