import type { Rate } from '@/api/people'
import { statisticsQuery, type StatisticsFilters } from '@/api/statistics'
import { QueryView } from '@/components/QueryView'
import { NONE, useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useQuery } from '@tanstack/react-query'
import { Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { HEAT_MEASURES, heatOf, shade, type HeatMeasure } from './heat'
import { useLinks } from './links'
import styles from './statistics.module.css'

const FEW = 30

/** Category by annotator: how far people agree there, or how much of theirs was rejected. */
export function HeatMap({ project, filters }: { project: number; filters: StatisticsFilters }) {
  const { t } = useTranslation()
  const query = useQuery(statisticsQuery(project, 'heat', filters))
  const links = useLinks(project)
  const [address, setAddress] = useFilters('measure')
  const measure = HEAT_MEASURES.find((name) => name === address.measure) ?? 'agreement'
  return (
    <QueryView query={query}>
      {({ rows }) => {
        const { categories, lines } = heatOf(rows, measure)
        return (
          <>
            <div className={styles.legend}>
              <Radio.Group
                size="small"
                optionType="button"
                value={measure}
                options={HEAT_MEASURES.map((value) => ({ value, label: t(`people.column.${value}`) }))}
                onChange={(event) => setAddress({ measure: event.target.value as HeatMeasure })}
                data-testid="heat-measure"
              />
              <span className={styles.note}>{t(`statistics.heat.${measure}`)}</span>
            </div>
            {lines.length === 0 && <p>{t('statistics.nothing')}</p>}
            <div className={styles.scroll}>
              <table className={styles.heat} data-testid="heat">
                <thead>
                  <tr>
                    <th scope="col">{t('people.pseudonym')}</th>
                    {categories.map(({ id, name }) => (
                      <th key={id} scope="col">
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {lines.map(({ person, name, cells }) => {
                    const to = links.person(person)
                    return (
                      <tr key={name}>
                        <th scope="row">{to ? <Link to={to}>{name}</Link> : name}</th>
                        {cells.map((cell, index) => (
                          <HeatCell key={categories[index]?.id} measure={measure} rate={cell} />
                        ))}
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </div>
          </>
        )
      }}
    </QueryView>
  )
}

/** One cell: the share, shaded by how bad it is; what rests on little only lightly, and it says how little. */
function HeatCell({ measure, rate }: { measure: HeatMeasure; rate: Rate | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (rate === null) return <td className={styles.nothing}>{NONE}</td>
  const few = rate.n < FEW
  const strength = Math.round(shade(measure, rate.rate) * (few ? 25 : 70))
  const interval = t('statistics.interval', { low: format.integer(rate.low * 100), high: format.integer(rate.high * 100) })
  return (
    <td
      className={few ? styles.few : undefined}
      style={{ background: `color-mix(in srgb, var(--danger) ${strength}%, var(--paper))` }}
      title={`${interval} · ${t('statistics.units', { n: format.integer(rate.n) })}`}
    >
      {format.percent(rate.rate)}
      {few && <small>{t('statistics.fewOf', { n: format.integer(rate.n) })}</small>}
    </td>
  )
}
