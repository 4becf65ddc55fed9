import type { Grouping, StatisticsFilters, StatisticsRow } from '@/api/statistics'
import { RateCell } from '@/components/RateCell'
import { useFormat } from '@/lib/format'
import { compareNumbers, type Order } from '@/lib/tableSort'
import { Button, type TableColumnsType, type TableColumnType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Links } from './links'

export const RATES = ['agreement', 'gold', 'consistency', 'conflict', 'rejection'] as const
export type RateName = (typeof RATES)[number]

interface Context {
  by: Exclude<Grouping, 'heat'>
  links: Links
  orderOf: (key: string) => Order | null
  /** Narrows the page to a row's group */
  onFilter: (changes: Partial<StatisticsFilters>) => void
}

/** The columns that mean something for such groups: two people share tasks, and nothing else. */
export function useStatisticsColumns({ by, links, orderOf, onFilter }: Context): TableColumnsType<StatisticsRow> {
  const { t } = useTranslation()
  const format = useFormat()
  const number = (
    key: 'tasks' | 'prompts' | 'alpha' | 'tau',
    show: (value: number | null) => string,
  ): TableColumnType<StatisticsRow> => ({
    key,
    title: t(`people.column.${key}`),
    align: 'right',
    sorter: (one, other, order) => compareNumbers(one[key], other[key], order),
    sortOrder: orderOf(key),
    render: (_, row) => show(row[key]),
  })
  const rate = (key: RateName): TableColumnType<StatisticsRow> => ({
    key,
    title: <span title={t(`statistics.about.${key}`)}>{t(`people.column.${key}`)}</span>,
    sorter: (one, other, order) => compareNumbers(one[key]?.rate, other[key]?.rate, order),
    sortOrder: orderOf(key),
    render: (_, row) => <RateCell rate={row[key]} to={rateLink(links, by, key, row)} />,
  })
  const name: TableColumnType<StatisticsRow> = {
    key: 'name',
    title: t(`statistics.column.${by}`),
    sorter: (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }),
    sortOrder: orderOf('name'),
    render: (_, row) => <Name by={by} row={row} links={links} onFilter={onFilter} />,
  }
  const measures = [number('alpha', format.score), number('tau', format.score)]
  if (by === 'pair') return [name, number('tasks', format.integer), rate('agreement'), ...measures]
  return [
    name,
    number('tasks', format.integer),
    number('prompts', format.integer),
    rate('agreement'),
    ...measures,
    rate('gold'),
    rate('consistency'),
    rate('conflict'),
    rate('rejection'),
  ]
}

/** What a share of a row leads to: a person's page for theirs, else the page with the rows of that group. */
function rateLink(links: Links, by: Context['by'], rate: RateName, row: StatisticsRow): string | null {
  if (by === 'annotator' || by === 'pair') return links.person(row.person)
  if (by === 'category') return links.rate(rate, { category: row.category ?? undefined })
  return by === 'source' ? links.rate(rate, { source: row.key }) : null
}

type NameProps = Pick<Context, 'by' | 'links' | 'onFilter'> & { row: StatisticsRow }

/** A group's name: people lead to their pages, other groups narrow the page to themselves. */
function Name({ by, row, links, onFilter }: NameProps) {
  if (by === 'annotator' || by === 'pair') {
    const names = by === 'pair' ? row.name.split(' · ') : [row.name]
    const people = [row.person, row.partner]
    return names.map((name, index) => {
      const to = links.person(people[index] ?? null)
      return (
        <span key={name}>
          {index > 0 && ' · '}
          {to ? <Link to={to}>{name}</Link> : name}
        </span>
      )
    })
  }
  const narrow: Record<typeof by, Partial<StatisticsFilters>> = {
    category: { category: row.category ?? undefined },
    source: { source: row.key },
    day: { from: row.key, to: row.key },
  }
  return (
    <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onFilter(narrow[by])}>
      {row.name}
    </Button>
  )
}
