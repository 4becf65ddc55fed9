import { importErrorsQuery } from '@/api/imports'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

/** What is wrong with which line, and how to mend it. */
export function ImportErrors({ job }: { job: number }) {
  const { t } = useTranslation()
  const errors = useInfiniteQuery(importErrorsQuery(job))
  return (
    <Section title={t('imports.errors')}>
      <PagedTable
        query={errors}
        columns={[
          { title: t('imports.line'), dataIndex: 'line', width: 70, align: 'right' },
          { title: t('imports.field'), render: (_, row) => row.field && <code>{row.field}</code>, width: 160 },
          { title: t('imports.message'), dataIndex: 'message' },
          { title: t('imports.remedy'), dataIndex: 'remedy' },
        ]}
        rowKey={({ line, field, code }) => `${line} ${field} ${code}`}
        empty={t('imports.noErrors')}
        testid="import-errors"
      />
    </Section>
  )
}
