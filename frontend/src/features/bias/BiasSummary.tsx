import type { BiasAuthor } from '@/api/bias'
import { Section } from '@/components/Page'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './bias.module.css'
import { CoefficientCell, ShareCell } from './ShareCell'
import { useAuthorName } from './useAuthorName'

/** The single figures of people and of each judge, side by side. */
export function BiasSummary({ authors }: { authors: readonly BiasAuthor[] }) {
  const { t } = useTranslation()
  const name = useAuthorName()
  return (
    <Section title={t('bias.summary')} testid="bias-summary">
      <Table<BiasAuthor>
        size="small"
        rowKey={(row) => `${row.author} ${row.name}`}
        pagination={false}
        dataSource={[...authors]}
        columns={[
          { title: t('bias.column.author'), render: (_, row) => name(row) },
          { title: t('bias.column.first'), render: (_, row) => <ShareCell cell={row.first} /> },
          { title: t('bias.column.longer'), render: (_, row) => <ShareCell cell={row.longer} /> },
          { title: t('bias.column.fitFirst'), render: (_, row) => <CoefficientCell value={row.fit?.first} /> },
          { title: t('bias.column.fitLength'), render: (_, row) => <CoefficientCell value={row.fit?.length} /> },
        ]}
      />
      <p className={styles.note}>{t('bias.aboutFit')}</p>
    </Section>
  )
}
