import { useCommitImport, useDiscardImport, type ImportJob } from '@/api/imports'
import { useErrorText } from '@/components/useErrorText'
import { App, Button, Popconfirm, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { commitBarrier } from './commit'

/** Commit or discard a checked import; a commit that is not possible says why. */
export function ImportActions({ project, job }: { project: number; job: ImportJob }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const text = useErrorText()
  const commit = useCommitImport()
  const discard = useDiscardImport(project)
  const tell = (error: unknown) => void message.error(text(error))
  const barrier = commitBarrier(job)
  const discardable = job.state === 'checked' || job.state === 'failed'
  return (
    <>
      {discardable && (
        <Popconfirm
          title={t('imports.discardSure')}
          okText={t('imports.discard')}
          onConfirm={() =>
            discard.mutate(job.id, { onSuccess: () => void navigate(`/p/${project}/imports`), onError: tell })
          }
        >
          <Button loading={discard.isPending} data-testid="import-discard">
            {t('imports.discard')}
          </Button>
        </Popconfirm>
      )}
      {job.state === 'checked' && (
        <Tooltip title={barrier && t(`imports.barrier.${barrier}`, { count: job.n_bad })}>
          <Button
            type="primary"
            disabled={barrier !== null}
            loading={commit.isPending}
            onClick={() => commit.mutate(job.id, { onError: tell })}
            data-testid="import-commit"
          >
            {t('imports.commit', { count: job.n_good })}
          </Button>
        </Tooltip>
      )}
      {job.state === 'checked' && barrier && (
        <span role="note" data-testid="commit-barrier">
          {t(`imports.barrier.${barrier}`, { count: job.n_bad })}
        </span>
      )}
    </>
  )
}
