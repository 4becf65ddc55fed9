import { importActive, importQuery, type ImportJob } from '@/api/imports'
import { Figure, Figures } from '@/components/Figures'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Alert, Progress, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { ImportActions } from './ImportActions'
import { ImportErrors } from './ImportErrors'

/** One import: how far it is, what it would bring, what is wrong with which line, and the decision to write it. */
export default function ImportPage() {
  const id = Number(useParams().id)
  const query = useQuery(importQuery(id))
  return <QueryView query={query}>{(job) => <ImportView job={job} />}</QueryView>
}

function ImportView({ job }: { job: ImportJob }) {
  const { t } = useTranslation()
  const project = useRequiredProjectId(job.project)
  return (
    <Page
      title={job.filename}
      aside={<StateTag machine="import" state={job.state} />}
      actions={<ImportActions project={project} job={job} />}
    >
      {job.state === 'failed' && (
        <Alert
          type="error"
          showIcon
          title={job.error}
          description={t('imports.failedKept')}
          style={{ marginBottom: 16 }}
        />
      )}
      {job.state === 'done' && (
        <Alert
          type="success"
          showIcon
          title={t('imports.done', { count: job.n_prompts })}
          action={<Link to={`/p/${project}/prompts`}>{t('imports.toPrompts')}</Link>}
          style={{ marginBottom: 16 }}
        />
      )}
      <ImportFigures job={job} />
      {job.n_bad > 0 && job.state !== 'checking' && <ImportErrors job={job.id} />}
      {job.preview.length > 0 && <Preview job={job} />}
    </Page>
  )
}

function ImportFigures({ job }: { job: ImportJob }) {
  const { t } = useTranslation()
  const format = useFormat()
  const percent = job.lines_total > 0 ? Math.floor((job.lines_done / job.lines_total) * 100) : 0
  return (
    <Section testid="import-progress">
      {importActive(job) && (
        <Progress
          percent={percent}
          status="active"
          format={() => `${format.integer(job.lines_done)} / ${format.integer(job.lines_total)}`}
          aria-label={t(`states.import.${job.state}`)}
          style={{ marginBottom: 12 }}
        />
      )}
      <Figures>
        <Figure label={t('imports.good')} value={format.integer(job.n_good)} testid="n-good" />
        <Figure label={t('imports.bad')} value={format.integer(job.n_bad)} testid="n-bad" />
        <Figure label={t('imports.prompts')} value={format.integer(job.n_prompts)} />
        <Figure label={t('imports.responses')} value={format.integer(job.n_responses)} />
        <Figure label={t('imports.mode')} value={t(job.keep_good ? 'imports.modeKeepGood' : 'imports.modeAll')} />
      </Figures>
    </Section>
  )
}

function Preview({ job }: { job: ImportJob }) {
  const { t } = useTranslation()
  return (
    <Section title={t('imports.preview', { count: job.preview.length })} testid="import-preview">
      <Table
        size="small"
        rowKey="line"
        pagination={false}
        dataSource={job.preview}
        columns={[
          { title: t('imports.line'), dataIndex: 'line', width: 70, align: 'right' },
          { title: t('imports.prompt'), dataIndex: 'prompt', ellipsis: true },
          { title: t('list.category'), render: (_, row) => row.category.join(' / '), width: 180 },
          { title: t('imports.source'), dataIndex: 'source', width: 120 },
          { title: t('imports.responses'), dataIndex: 'n_responses', width: 90, align: 'right' },
        ]}
      />
    </Section>
  )
}
