import { useDropPrompt, type Dispute } from '@/api/disputes'
import { Failure } from '@/components/Failure'
import { App, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  project: number
  prompt: Dispute['prompt']
  onDropped: () => void
  onClose: () => void
}

/** Takes a prompt out of the flow for good, with the reason. */
export function DropDialog({ project, prompt, onDropped, onClose }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const drop = useDropPrompt(project)
  const send = () =>
    drop.mutate(
      { prompt: prompt.id, reason: reason.trim() },
      {
        onSuccess: () => {
          void message.success(t('qa.drop.done', { number: prompt.number }))
          onDropped()
        },
      },
    )
  return (
    <Modal
      open
      title={t('qa.drop.title', { number: prompt.number })}
      okText={t('qa.drop.confirm')}
      okButtonProps={{ danger: true, disabled: reason.trim() === '' }}
      confirmLoading={drop.isPending}
      onOk={send}
      onCancel={onClose}
    >
      <p>{t('qa.drop.consequence')}</p>
      <Input.TextArea
        autoFocus
        rows={3}
        maxLength={200}
        value={reason}
        placeholder={t('qa.drop.reason')}
        aria-label={t('qa.drop.reason')}
        onChange={(event) => setReason(event.target.value)}
        data-testid="drop-reason"
      />
      <Failure error={drop.error} />
    </Modal>
  )
}
