import type { FilterReport } from '@/api/filters'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'

/** The limit of length that each category came to. */
export function LengthLimits({ report }: { report: FilterReport }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section title={t('filters.limits')} testid="filter-limits">
      <Table
        size="small"
        rowKey={({ category }) => category.id}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        dataSource={report.limits}
        columns={[
          { title: t('list.category'), render: (_, row) => row.category.path.join(' / ') },
          { title: t('filters.responses'), align: 'right', render: (_, row) => format.integer(row.n) },
          { title: t('filters.limit'), align: 'right', render: (_, row) => format.integer(row.limit) },
        ]}
      />
    </Section>
  )
}
