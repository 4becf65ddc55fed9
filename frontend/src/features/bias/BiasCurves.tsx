import type { Bias, BiasCell } from '@/api/bias'
import { Section } from '@/components/Page'
import { Chart } from '@/components/charts/Chart'
import { bandOption } from '@/components/charts/options'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './bias.module.css'
import { binNames } from './filters'
import { useAuthorName } from './useAuthorName'

const point = (cell: BiasCell | undefined) =>
  cell && cell.share !== null && cell.low !== null && cell.high !== null
    ? { value: cell.share, low: cell.low, high: cell.high }
    : null

/** Share of A preferred by difference of length, and by the places at which both stood; A stood first. */
export function BiasCurves({ told }: { told: Bias }) {
  const { t } = useTranslation()
  const format = useFormat()
  const name = useAuthorName()
  const shown = useMemo(() => told.authors.filter(({ first }) => first.n > 0), [told])
  const lengths = useMemo(
    () =>
      bandOption({
        names: binNames(told.edges),
        series: shown.map((author) => ({ name: name(author), points: author.lengths.map(point) })),
        xName: t('bias.difference'),
        even: 0.5,
        format: format.percent,
      }),
    [told, shown, name, t, format],
  )
  const places = useMemo(() => {
    const pairs = [...new Set(shown.flatMap((author) => author.places.map(({ a, b }) => `${a}-${b}`)))].sort()
    return bandOption({
      names: pairs.map((pair) => {
        const [a, b] = pair.split('-').map((place) => Number(place) + 1)
        return t('bias.places', { a, b })
      }),
      series: shown.map((author) => ({
        name: name(author),
        points: pairs.map((pair) => point(author.places.find(({ a, b }) => `${a}-${b}` === pair))),
      })),
      xName: t('bias.place'),
      even: 0.5,
      format: format.percent,
    })
  }, [shown, name, t, format])
  return (
    <div className={styles.curves}>
      <Section title={t('bias.byLength')} testid="bias-lengths">
        <Chart option={lengths} label={t('bias.byLength')} height={300} />
      </Section>
      <Section title={t('bias.byPlace')} testid="bias-places">
        <Chart option={places} label={t('bias.byPlace')} height={300} />
      </Section>
    </div>
  )
}
