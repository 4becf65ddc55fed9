import { importsQuery, type ImportJob } from '@/api/imports'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { UploadForm } from './UploadForm'

/** Bringing prompts in: the upload, and what became of earlier ones. */
export default function ImportsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const imports = useInfiniteQuery(importsQuery(project))
  return (
    <Page title={t('imports.title')}>
      <UploadForm project={project} />
      <Section title={t('imports.earlier')}>
        <PagedTable
          query={imports}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('imports.empty.title')} hint={t('imports.empty.hint')} />}
          testid="imports"
        />
      </Section>
    </Page>
  )
}

function useColumns(): TableColumnsType<ImportJob> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('imports.file'),
      render: (_, job) => (
        <Link to={`/imports/${job.id}`} data-testid={`import-${job.id}`}>
          {job.filename}
        </Link>
      ),
    },
    { title: t('imports.state'), render: (_, job) => <StateTag machine="import" state={job.state} /> },
    { title: t('imports.good'), align: 'right', render: (_, job) => format.integer(job.n_good) },
    { title: t('imports.bad'), align: 'right', render: (_, job) => format.integer(job.n_bad) },
    { title: t('imports.prompts'), align: 'right', render: (_, job) => format.integer(job.n_prompts) },
    { title: t('imports.responses'), align: 'right', render: (_, job) => format.integer(job.n_responses) },
    { title: t('imports.created'), render: (_, job) => format.dateTime(job.created_at) },
  ]
}
