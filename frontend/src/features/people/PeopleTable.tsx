import { peopleCsv, peopleQuery, type PersonRow } from '@/api/people'
import type { Role } from '@/api/types'
import { CsvLink } from '@/components/CsvLink'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { RefreshedAt } from '@/components/RefreshedAt'
import { rowTestid } from '@/components/rowTestid'
import { useTableSort } from '@/lib/tableSort'
import { useFilters } from '@/lib/useFilters'
import { useQuery } from '@tanstack/react-query'
import { Input, Select, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import styles from './people.module.css'
import { matching, WORK_STATES } from './rows'
import { usePeopleColumns } from './usePeopleColumns'

const ROLES: readonly Role[] = ['annotator', 'delivery_reviewer', 'operations_reviewer', 'research_reviewer']

/** Everybody who annotates or reviews; a row opens that person. Filters and order stand in the address. */
export function PeopleTable({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useQuery(peopleQuery(project))
  const [filters, setFilters] = useFilters('q', 'state', 'role')
  const sort = useTableSort()
  const columns = usePeopleColumns(sort.orderOf)
  const navigate = useNavigate()
  return (
    <QueryView query={query}>
      {({ results, refreshed_at }) => (
        <Section
          title={t('people.count', { count: results.length })}
          actions={
            <>
              <RefreshedAt at={refreshed_at} />
              <CsvLink href={peopleCsv(project)} testid="people-csv" />
            </>
          }
        >
          <div className={styles.filters}>
            <Input
              allowClear
              value={filters.q ?? ''}
              placeholder={t('people.pseudonym')}
              aria-label={t('people.pseudonym')}
              onChange={(event) => setFilters({ q: event.target.value })}
              style={{ width: 180 }}
              data-testid="people-q"
            />
            <Select
              allowClear
              value={filters.state}
              options={WORK_STATES.map((value) => ({ value, label: t(`people.state.${value}`) }))}
              placeholder={t('people.stateLabel')}
              aria-label={t('people.stateLabel')}
              onChange={(state?: string) => setFilters({ state: state ?? null })}
              style={{ minWidth: 120 }}
              data-testid="people-state"
            />
            <Select
              allowClear
              value={filters.role}
              options={ROLES.map((value) => ({ value, label: t(`settings.role.${value}`) }))}
              placeholder={t('people.role')}
              aria-label={t('people.role')}
              onChange={(role?: string) => setFilters({ role: role ?? null })}
              style={{ minWidth: 140 }}
              data-testid="people-role"
            />
          </div>
          <Table<PersonRow>
            size="small"
            rowKey="person"
            columns={columns}
            dataSource={matching(results, filters)}
            pagination={false}
            scroll={{ x: 'max-content' }}
            rowClassName={styles.row}
            onChange={(_page, _filters, chosen) => sort.choose(chosen)}
            onRow={({ person }) => ({
              ...rowTestid(`person-${person}`),
              onClick: (event) => opensRow(event) && void navigate(`/people/${person}`),
            })}
            locale={{ emptyText: t('people.none') }}
          />
        </Section>
      )}
    </QueryView>
  )
}

/** Whether a press is meant for the row: not for something in it, nor for a dialogue that a row opened. */
function opensRow({ target, currentTarget }: React.MouseEvent<HTMLElement>): boolean {
  if (!(target instanceof Element) || !currentTarget.contains(target)) return false
  return target.closest('button, a, input') === null
}
