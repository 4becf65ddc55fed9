import { useChangeGold, type GoldRow } from '@/api/gold'
import { Failure } from '@/components/Failure'
import { Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** Another reason for a gold task's order, as people in an exam read it. */
export function ReasonDialog({ project, gold, onClose }: { project: number; gold: GoldRow; onClose: () => void }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState(gold.reason)
  const change = useChangeGold(project)
  return (
    <Modal
      open
      title={t('gold.reasonOf', { number: gold.number })}
      okText={t('gold.save')}
      okButtonProps={{ disabled: reason.trim() === '' }}
      confirmLoading={change.isPending}
      onOk={() => change.mutate({ id: gold.id, change: { reason } }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <p>{t('gold.reasonHint')}</p>
      <Input.TextArea
        autoSize={{ minRows: 3, maxRows: 12 }}
        maxLength={5000}
        value={reason}
        aria-label={t('gold.column.reason')}
        onChange={(event) => setReason(event.target.value)}
        data-testid="gold-edit-reason"
      />
      <Failure error={change.error} />
    </Modal>
  )
}
