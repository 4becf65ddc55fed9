import { statisticsQuery, type StatisticsFilters } from '@/api/statistics'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { RateCell } from '@/components/RateCell'
import { RefreshedAt } from '@/components/RefreshedAt'
import { RatesOverTime } from '@/components/charts/RatesOverTime'
import { useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useLinks } from './links'
import { RATES } from './columns'
import styles from './statistics.module.css'

/** The whole of what the filters leave, and how it went day by day. */
export function OverTime({ project, filters }: { project: number; filters: StatisticsFilters }) {
  const { t } = useTranslation()
  const format = useFormat()
  const links = useLinks(project)
  const query = useQuery(statisticsQuery(project, 'day', filters))
  return (
    <QueryView query={query}>
      {({ rows, total, refreshed_at }) => (
        <Section title={t('statistics.overTime')} actions={<RefreshedAt at={refreshed_at} />} testid="statistics-total">
          <Figures>
            <Figure label={t('people.column.tasks')} value={format.integer(total.tasks)} />
            {RATES.map((name) => (
              <Figure
                key={name}
                label={t(`people.column.${name}`)}
                hint={t(`statistics.about.${name}`)}
                value={<RateCell rate={total[name]} to={links.rate(name, filters)} />}
              />
            ))}
            <Figure label={t('people.column.alpha')} hint={t('statistics.about.alpha')} value={format.score(total.alpha)} />
            <Figure label={t('people.column.tau')} hint={t('statistics.about.tau')} value={format.score(total.tau)} />
          </Figures>
          <div className={styles.chart}>
            <RatesOverTime
              label={t('statistics.overTime')}
              days={rows.map((row) => ({ ...row, day: row.key }))}
              rates={['agreement', 'conflict', 'rejection']}
            />
          </div>
        </Section>
      )}
    </QueryView>
  )
}
