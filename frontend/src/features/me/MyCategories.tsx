import type { MyFigures } from '@/api/me'
import { useFormat } from '@/lib/format'
import { Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'

type Row = MyFigures['categories'][number]

/** One's own figures by category, and where one stands in each. */
export function MyCategories({ categories }: { categories: readonly Row[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const share = (title: string, value: (row: Row) => number | null): TableColumnsType<Row>[number] => ({
    title,
    align: 'right',
    render: (_, row) => format.percent(value(row)),
  })
  const columns: TableColumnsType<Row> = [
    { title: t('list.category'), dataIndex: 'name' },
    { title: t('me.state'), render: (_, { state }) => t(`me.expertise.${state}`) },
    { title: t('me.total'), align: 'right', render: (_, { tasks }) => format.integer(tasks) },
    share(t('me.agreement'), ({ agreement }) => agreement),
    share(t('me.gold'), ({ gold }) => gold),
    share(t('me.rejections'), ({ rejected }) => rejected),
  ]
  return (
    <Table
      size="small"
      columns={columns}
      dataSource={categories}
      rowKey={({ id }) => id}
      pagination={false}
      locale={{ emptyText: t('me.noCategories') }}
    />
  )
}
