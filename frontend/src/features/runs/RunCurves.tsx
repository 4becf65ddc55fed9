import type { ProgressRow } from '@/api/runs'
import { Chart } from '@/components/charts/Chart'
import { lineOption, type LineSeries } from '@/components/charts/options'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { CURVES, lossParts, points, type Curve } from './curves'

/** Up to so many steps each has a dot, since a line through one or two says nothing. */
const FEW_STEPS = 30

/** Loss and its parts, accuracy, gradient norm, learning rate, speed and memory against the step. */
export function RunCurves({ rows, active }: { rows: readonly ProgressRow[]; active: boolean }) {
  const { t } = useTranslation()
  if (rows.length === 0) return <Section>{t(active ? 'runs.noStepsYet' : 'runs.noSteps')}</Section>
  const logged = CURVES.filter((curve) => rows.some((row) => typeof row[curve] === 'number'))
  return logged.map((curve) => <CurveChart key={curve} rows={rows} curve={curve} />)
}

function CurveChart({ rows, curve }: { rows: readonly ProgressRow[]; curve: Curve }) {
  const { t } = useTranslation()
  const format = useFormat()
  const name = t(`runs.curves.${curve}`)
  const step = t('runs.step')
  const option = useMemo(() => {
    const parts: LineSeries[] =
      curve === 'loss'
        ? lossParts(rows).map((part) => ({
            name: t(`runs.lossParts.${part}`, part),
            points: points(rows, (row) => row.loss_parts?.[part]),
          }))
        : []
    return lineOption({
      series: [{ name, points: points(rows, curve) }, ...parts],
      xName: step,
      dots: rows.length <= FEW_STEPS,
      format: curve === 'lr' ? format.scientific : format.measure,
    })
  }, [rows, curve, name, step, t, format])
  return (
    <Section title={name}>
      <Chart option={option} label={name} height={190} />
    </Section>
  )
}
