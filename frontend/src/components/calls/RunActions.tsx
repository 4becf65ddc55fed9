import { callRunActive, type Budget, type CallRun } from '@/api/calls'
import { Failure } from '@/components/Failure'
import type { UseMutationResult } from '@tanstack/react-query'
import { Button, Form, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { BudgetFields } from './BudgetFields'
import { fromMicros, toBudget, type BudgetValues } from './money'

interface Props {
  run: CallRun
  cancel: UseMutationResult<unknown, Error, void>
  resume: UseMutationResult<unknown, Error, Budget>
}

/** Stops a run that is under way, or takes one up again that ended early or in part. */
export function RunActions({ run, cancel, resume }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const resumable = run.state === 'finished' ? run.n_failed > 0 : !callRunActive(run.state)
  return (
    <>
      {callRunActive(run.state) && (
        <Button
          danger
          disabled={run.cancel_requested}
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
          data-testid="call-cancel"
        >
          {t(run.cancel_requested ? 'calls.cancelling' : 'calls.cancel')}
        </Button>
      )}
      {resumable && (
        <Button type="primary" onClick={() => setOpen(true)} data-testid="call-resume">
          {t(run.state === 'finished' ? 'calls.retryFailed' : 'calls.resume')}
        </Button>
      )}
      {open && <ResumeDialog run={run} resume={resume} onClose={() => setOpen(false)} />}
    </>
  )
}

function ResumeDialog({ run, resume, onClose }: Pick<Props, 'run' | 'resume'> & { onClose: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<BudgetValues>()
  const { tokens, micros } = run.budget
  return (
    <Modal
      open
      title={t('calls.resumeTitle')}
      okText={t('calls.resume')}
      cancelText={t('calls.close')}
      confirmLoading={resume.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p>{t('calls.resumeHint')}</p>
      <Form<BudgetValues>
        form={form}
        layout="vertical"
        initialValues={{ tokens, money: micros === null ? null : fromMicros(micros) }}
        onFinish={(values) => resume.mutate(toBudget(values), { onSuccess: onClose })}
      >
        <BudgetFields />
      </Form>
      <Failure error={resume.error} />
    </Modal>
  )
}
