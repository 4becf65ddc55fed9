import { useEscalate, type Dispute } from '@/api/disputes'
import { Failure } from '@/components/Failure'
import { isSubmitKey } from '@/lib/keyboard'
import { App, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  project: number
  prompt: Dispute['prompt']
  onEscalated: () => void
  onClose: () => void
}

/** Hands a prompt on to the next stage, with the question that it is to answer. */
export function EscalateDialog({ project, prompt, onEscalated, onClose }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const escalate = useEscalate(project)
  const ready = reason.trim() !== '' && !escalate.isPending
  const send = () =>
    escalate.mutate(
      { prompt: prompt.id, reason: reason.trim() },
      {
        onSuccess: ({ state }) => {
          void message.success(t('qa.escalate.done', { number: prompt.number, state: t(`states.prompt.${state}`) }))
          onEscalated()
        },
      },
    )
  return (
    <Modal
      open
      title={t('qa.escalate.title', { number: prompt.number })}
      okText={t('qa.escalate.confirm')}
      okButtonProps={{ disabled: !ready, 'data-testid': 'escalate-confirm' }}
      confirmLoading={escalate.isPending}
      onOk={send}
      onCancel={onClose}
    >
      <p>{t('qa.escalate.consequence')}</p>
      <Input.TextArea
        autoFocus
        rows={3}
        maxLength={2000}
        value={reason}
        placeholder={t('qa.escalate.reason')}
        aria-label={t('qa.escalate.reason')}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (isSubmitKey(event.nativeEvent) && ready) send()
        }}
        data-testid="escalate-reason"
      />
      <Failure error={escalate.error} />
    </Modal>
  )
}
