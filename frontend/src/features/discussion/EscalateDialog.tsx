import { useEscalate } from '@/api/discussions'
import { Failure } from '@/components/Failure'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ownFailure, useClosedMeanwhile } from './useDiscussionWork'

/** Hands the discussion on to the delivery team, with the reason. */
export function EscalateDialog({ prompt, onClose }: { prompt: number; onClose: () => void }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const escalate = useEscalate(prompt)
  const onError = useClosedMeanwhile()
  return (
    <Modal
      open
      title={t('discussion.escalate.title')}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>
          {t('discussion.escalate.cancel')}
        </Button>,
        <Button
          key="confirm"
          type="primary"
          disabled={reason.trim() === ''}
          loading={escalate.isPending}
          onClick={() => escalate.mutate(reason.trim(), { onSuccess: onClose, onError })}
          data-testid="escalate-confirm"
        >
          {t('discussion.escalate.confirm')}
        </Button>,
      ]}
    >
      <p>{t('discussion.escalate.hint')}</p>
      <Input.TextArea
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        placeholder={t('discussion.escalate.reason')}
        aria-label={t('discussion.escalate.reason')}
        maxLength={2000}
        autoSize={{ minRows: 3, maxRows: 8 }}
        data-testid="escalate-reason"
      />
      <Failure error={ownFailure(escalate.error)} kept={t('discussion.kept')} />
    </Modal>
  )
}
