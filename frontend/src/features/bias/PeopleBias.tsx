import type { BiasPerson } from '@/api/bias'
import { Section } from '@/components/Page'
import { NONE, useFormat } from '@/lib/format'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './bias.module.css'
import { CoefficientCell, ShareCell } from './ShareCell'

/** The same figures person by person, so that whoever leans is found. */
export function PeopleBias({ people }: { people: readonly BiasPerson[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const by = (figure: (row: BiasPerson) => number | null | undefined) => ({
    sorter: (one: BiasPerson, other: BiasPerson) => (figure(one) ?? -Infinity) - (figure(other) ?? -Infinity),
  })
  return (
    <Section title={t('bias.perPerson')} testid="bias-people">
      <Table<BiasPerson>
        size="small"
        rowKey={(row) => row.person ?? 0}
        pagination={false}
        dataSource={[...people]}
        scroll={{ x: 'max-content' }}
        columns={[
          {
            title: t('people.pseudonym'),
            render: (_, row) =>
              row.person === null ? t('bias.former') : <Link to={`/people/${row.person}`}>{row.pseudonym || NONE}</Link>,
          },
          { title: t('bias.column.n'), align: 'right', render: (_, row) => format.integer(row.first.n), ...by((row) => row.first.n) },
          { title: t('bias.column.first'), render: (_, row) => <ShareCell cell={row.first} />, ...by((row) => row.first.share) },
          { title: t('bias.column.longer'), render: (_, row) => <ShareCell cell={row.longer} />, ...by((row) => row.longer.share) },
          {
            title: t('bias.column.fitFirst'),
            render: (_, row) => <CoefficientCell value={row.fit?.first} />,
            ...by((row) => row.fit?.first.value),
          },
          {
            title: t('bias.column.fitLength'),
            render: (_, row) => <CoefficientCell value={row.fit?.length} />,
            ...by((row) => row.fit?.length.value),
          },
        ]}
      />
      <p className={styles.note}>{t('bias.aboutPeople')}</p>
    </Section>
  )
}
