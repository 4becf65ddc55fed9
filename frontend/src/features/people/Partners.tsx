import type { Partner } from '@/api/people'
import { Section } from '@/components/Page'
import { RateCell } from '@/components/RateCell'
import { useFormat } from '@/lib/format'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

/** How a person agrees with each other one whose tasks they did as well. */
export function Partners({ partners }: { partners: readonly Partner[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section title={t('people.partners')} testid="partners">
      <Table<Partner>
        size="small"
        rowKey={({ person, pseudonym }) => person ?? pseudonym}
        pagination={false}
        dataSource={partners}
        locale={{ emptyText: t('people.noPartners') }}
        columns={[
          {
            title: t('people.pseudonym'),
            render: (_, { person, pseudonym }) =>
              person === null ? pseudonym : <Link to={`/people/${person}`}>{pseudonym}</Link>,
          },
          { title: t('people.shared'), align: 'right', render: (_, row) => format.integer(row.n) },
          { title: t('people.column.agreement'), render: (_, row) => <RateCell rate={row.agreement} /> },
          { title: t('people.column.alpha'), align: 'right', render: (_, row) => format.score(row.alpha) },
          { title: t('people.column.tau'), align: 'right', render: (_, row) => format.score(row.tau) },
        ]}
      />
    </Section>
  )
}
