import { type PersonRow } from '@/api/people'
import { RateCell } from '@/components/RateCell'
import { Sparkline } from '@/components/charts/Sparkline'
import { useFormat } from '@/lib/format'
import { compareNumbers, type Order } from '@/lib/tableSort'
import type { TableColumnsType, TableColumnType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { PersonPause } from './PersonPause'
import { WorkStateTag } from './WorkStateTag'
import styles from './people.module.css'

const RATES = ['agreement', 'gold', 'consistency', 'rejection'] as const

/** The table of people; `orderOf` says how a column is sorted now. */
export function usePeopleColumns(orderOf: (key: string) => Order | null): TableColumnsType<PersonRow> {
  const { t } = useTranslation()
  const format = useFormat()
  const sortable = (
    key: string,
    value: (row: PersonRow) => number | null,
    column: TableColumnType<PersonRow>,
  ): TableColumnType<PersonRow> => ({
    ...column,
    key,
    title: t(`people.column.${key}`),
    sorter: (one, other, order) => compareNumbers(value(one), value(other), order),
    sortOrder: orderOf(key),
  })
  const figure = (key: 'alpha' | 'tau') =>
    sortable(key, (row) => row[key], { align: 'right', render: (_, row) => format.score(row[key]) })
  // Tasks are dealt by it, and to nobody else.
  const weight = ({ roles, weight }: PersonRow) => (roles.includes('annotator') ? weight : null)
  const [agreement, gold, consistency, rejection] = RATES.map((key) =>
    sortable(key, (row) => row[key]?.rate ?? null, { render: (_, row) => <RateCell rate={row[key]} /> }),
  ) as [TableColumnType<PersonRow>, TableColumnType<PersonRow>, TableColumnType<PersonRow>, TableColumnType<PersonRow>]
  return [
    {
      key: 'pseudonym',
      title: t('people.pseudonym'),
      fixed: 'left',
      sorter: (one, other) => one.pseudonym.localeCompare(other.pseudonym, undefined, { numeric: true }),
      sortOrder: orderOf('pseudonym'),
      render: (_, row) => <Link to={`/people/${row.person}`}>{row.pseudonym}</Link>,
    },
    {
      title: t('people.role'),
      render: (_, row) => (
        <span className={styles.roles}>{row.roles.map((role) => t(`settings.role.${role}`)).join(t('people.and'))}</span>
      ),
    },
    { title: t('people.stateLabel'), render: (_, row) => <WorkStateTag paused={row.paused} /> },
    sortable('today', (row) => row.today, {
      align: 'right',
      render: (_, { today, daily_limit }) =>
        daily_limit === null ? format.integer(today) : `${format.integer(today)} / ${format.integer(daily_limit)}`,
    }),
    sortable('tasks', (row) => row.tasks, { align: 'right', render: (_, row) => format.integer(row.tasks) }),
    {
      title: t('people.column.spark'),
      render: (_, { spark }) => (
        <Sparkline values={spark} label={t('people.spark', { counts: spark.map((n) => format.integer(n)).join(' ') })} />
      ),
    },
    sortable('seconds', (row) => row.seconds_mean, {
      align: 'right',
      render: (_, row) => format.integer(row.seconds_mean),
    }),
    agreement,
    figure('alpha'),
    figure('tau'),
    gold,
    consistency,
    rejection,
    sortable('weight', weight, { align: 'right', render: (_, row) => format.score(weight(row)) }),
    { title: t('list.actions'), key: 'actions', fixed: 'right', render: (_, row) => <PersonPause person={row} /> },
  ]
}
