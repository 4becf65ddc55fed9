import { SPLITS, type PreferenceSet } from '@/api/sets'
import { Chart } from '@/components/charts/Chart'
import { barOption } from '@/components/charts/options'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

/** Prompts by category and split. */
export function SetCategories({ rows }: { rows: PreferenceSet['by_category'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const option = useMemo(
    () =>
      barOption({
        names: rows.map(({ name }) => name),
        series: SPLITS.map((split) => ({
          name: t(`sets.split.${split}`),
          values: rows.map((row) => row[split]),
        })),
        stacked: true,
        format: format.integer,
      }),
    [rows, t, format],
  )
  return (
    <Section title={t('sets.byCategory')} testid="set-categories-chart">
      <Chart option={option} label={t('sets.byCategory')} height={220} />
    </Section>
  )
}
