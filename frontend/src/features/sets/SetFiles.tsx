import { setFileAddress, type PreferenceSet } from '@/api/sets'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './sets.module.css'

/** The set's files, to be downloaded plain or compressed. */
export function SetFiles({ set }: { set: PreferenceSet }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section title={t('sets.files')} testid="set-files">
      <Table
        size="small"
        rowKey="name"
        pagination={false}
        dataSource={set.files}
        columns={[
          { title: t('sets.file'), render: (_, file) => <code>{file.name}</code> },
          { title: t('sets.size'), align: 'right', render: (_, file) => format.bytes(file.bytes) },
          { title: 'SHA-256', render: (_, file) => <code title={file.sha256}>{file.sha256.slice(0, 16)}</code> },
          {
            title: t('sets.download'),
            render: (_, file) => (
              <span className={styles.downloads}>
                <a href={setFileAddress(set.id, file.name, false)} download data-testid={`download-${file.name}`}>
                  {t('sets.plain')}
                </a>
                <a href={setFileAddress(set.id, file.name, true)} download>
                  .gz
                </a>
              </span>
            ),
          },
        ]}
      />
    </Section>
  )
}
