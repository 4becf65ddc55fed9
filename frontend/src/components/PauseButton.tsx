import { Failure } from '@/components/Failure'
import type { UseMutationResult } from '@tanstack/react-query'
import { Button, Form, Input, Modal, type ButtonProps } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  paused: boolean
  /** What the dialogue asks about: whose work stops, and what becomes of it */
  title: string
  hint: string
  /** Pauses for a reason, or lets go on with null */
  change: UseMutationResult<unknown, Error, string | null>
}

/** Pauses somebody or something, which needs a reason, or lets it go on. */
export function PauseButton({ paused, title, hint, change }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const pause = () => change.mutate(reason.trim(), { onSuccess: () => setOpen(false) })
  if (paused) {
    return (
      <>
        <Button size="small" loading={change.isPending} onClick={() => change.mutate(null)} data-testid="resume">
          {t('people.pause.resume')}
        </Button>
        {!open && <Failure error={change.error} />}
      </>
    )
  }
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)} data-testid="pause-open">
        {t('people.pause.open')}
      </Button>
      <Modal
        open={open}
        title={title}
        okText={t('people.pause.open')}
        okButtonProps={{ danger: true, disabled: reason.trim() === '', 'data-testid': 'pause-confirm' } as ButtonProps}
        confirmLoading={change.isPending}
        onOk={pause}
        onCancel={() => setOpen(false)}
        destroyOnHidden
      >
        <p>{hint}</p>
        <Form.Item label={t('people.pause.reason')} layout="vertical" extra={t('people.pause.reasonHint')}>
          <Input.TextArea
            autoFocus
            autoSize={{ minRows: 2 }}
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            data-testid="pause-reason"
          />
        </Form.Item>
        <Failure error={change.error} kept={t('people.pause.kept')} />
      </Modal>
    </>
  )
}
