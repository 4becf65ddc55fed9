import type { FilterReport } from '@/api/filters'
import { Section } from '@/components/Page'
import { Chart } from '@/components/charts/Chart'
import { barOption } from '@/components/charts/options'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './filters.module.css'
import { barNames } from './rules'

/** How long the responses are and how much of them is Chinese, with those flagged for it. */
export function Histograms({ report }: { report: FilterReport }) {
  return (
    <div className={styles.histograms}>
      <Histogram report={report} of="lengths" />
      <Histogram report={report} of="shares" />
    </div>
  )
}

function Histogram({ report, of }: { report: FilterReport; of: 'lengths' | 'shares' }) {
  const { t } = useTranslation()
  const format = useFormat()
  const option = useMemo(() => {
    const { edges, all, flagged } = report[of]
    const bars = barOption({
      names: barNames(edges, of === 'lengths' ? String : (share) => String(Math.round(share * 100))),
      series: [
        { name: t('filters.unflagged'), values: all.map((n, place) => n - (flagged[place] ?? 0)) },
        { name: t(`filters.flaggedFor.${of}`), values: flagged },
      ],
      stacked: true,
      format: format.integer,
    })
    return { ...bars, xAxis: { ...(bars.xAxis as object), axisLabel: { fontSize: 11, hideOverlap: true } } }
  }, [report, of, t, format])
  return (
    <Section title={t(`filters.histogram.${of}`)} testid={`histogram-${of}`}>
      <Chart option={option} label={t(`filters.histogram.${of}`)} height={260} />
    </Section>
  )
}
