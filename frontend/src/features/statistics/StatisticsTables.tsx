import { GROUPINGS, statisticsCsv, statisticsQuery, type Grouping, type StatisticsFilters, type StatisticsRow } from '@/api/statistics'
import { CsvLink } from '@/components/CsvLink'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { rowTestid } from '@/components/rowTestid'
import { useFormat } from '@/lib/format'
import { useTableSort } from '@/lib/tableSort'
import { useFilters } from '@/lib/useFilters'
import { useQuery } from '@tanstack/react-query'
import { Flex, Table, Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { useStatisticsColumns } from './columns'
import { HeatMap } from './HeatMap'
import { useLinks } from './links'
import styles from './statistics.module.css'

interface Props {
  project: number
  filters: StatisticsFilters
  onFilter: (changes: Partial<StatisticsFilters>) => void
}

/** The figures by group; which groups stands in the address. */
export function StatisticsTables({ project, filters, onFilter }: Props) {
  const { t } = useTranslation()
  const [{ tab }, setTab] = useFilters('tab', 'sort')
  const by = GROUPINGS.find((grouping) => grouping === tab) ?? 'category'
  return (
    <Section testid="statistics-tables">
      <Flex gap="middle" align="start">
        <Tabs
          style={{ flex: 1, minWidth: 0 }}
          activeKey={by}
          onChange={(chosen) => setTab({ tab: chosen, sort: null })}
          items={GROUPINGS.map((key) => ({
            key,
            label: <span data-testid={`statistics-tab-${key}`}>{t(`statistics.tab.${key}`)}</span>,
          }))}
        />
        <CsvLink href={statisticsCsv(project, by, filters)} testid="statistics-csv" />
      </Flex>
      {by === 'heat' ? (
        <HeatMap project={project} filters={filters} />
      ) : (
        <GroupTable key={by} project={project} by={by} filters={filters} onFilter={onFilter} />
      )}
    </Section>
  )
}

function GroupTable({ project, by, filters, onFilter }: Props & { by: Exclude<Grouping, 'heat'> }) {
  const { t } = useTranslation()
  const format = useFormat()
  const query = useQuery(statisticsQuery(project, by, filters))
  const sort = useTableSort()
  const links = useLinks(project)
  const columns = useStatisticsColumns({ by, links, orderOf: sort.orderOf, onFilter })
  return (
    <QueryView query={query}>
      {({ rows, n_rows }) => (
        <>
          <Table<StatisticsRow>
            size="small"
            rowKey="key"
            columns={columns}
            dataSource={rows}
            pagination={rows.length > 100 ? { pageSize: 100, showSizeChanger: false } : false}
            scroll={{ x: 'max-content' }}
            onChange={(_page, _filters, chosen) => sort.choose(chosen)}
            onRow={({ key }) => rowTestid(`statistics-row-${key}`)}
            locale={{ emptyText: t('statistics.nothing') }}
          />
          {n_rows > rows.length && (
            <p className={styles.note}>
              {t('statistics.part', { shown: format.integer(rows.length), all: format.integer(n_rows) })}
            </p>
          )}
        </>
      )}
    </QueryView>
  )
}
