import { useMakeReviewGold } from '@/api/gold'
import { Failure } from '@/components/Failure'
import { isSubmitKey } from '@/lib/keyboard'
import { App, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Closed } from './closed'

interface Props {
  project: number
  review: Closed
  onClose: () => void
}

/** Makes a closed review a gold one: what its right outcome is, and why. */
export function MakeGoldDialog({ project, review: { review, number, state }, onClose }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [approve, setApprove] = useState(state === 'approved')
  const [reason, setReason] = useState('')
  const make = useMakeReviewGold(project)
  const ready = reason.trim() !== '' && !make.isPending
  const send = () =>
    make.mutate(
      { review, body: { approve, reason: reason.trim() } },
      {
        onSuccess: () => {
          void message.success(t('review.gold.done', { number }))
          onClose()
        },
      },
    )
  return (
    <Modal
      open
      title={t('review.gold.title', { number })}
      okText={t('review.gold.confirm')}
      okButtonProps={{ disabled: !ready, 'data-testid': 'review-gold-confirm' }}
      confirmLoading={make.isPending}
      onOk={send}
      onCancel={onClose}
    >
      <p>{t('review.gold.hint')}</p>
      <Radio.Group
        style={{ marginBottom: 8 }}
        value={approve}
        aria-label={t('gold.reviews.outcome')}
        options={[
          { value: true, label: <span data-testid="review-gold-approve">{t('review.gold.approve')}</span> },
          { value: false, label: <span data-testid="review-gold-refuse">{t('review.gold.refuse')}</span> },
        ]}
        onChange={({ target }) => setApprove(target.value === true)}
      />
      <Input.TextArea
        autoFocus
        rows={3}
        maxLength={2000}
        value={reason}
        placeholder={t('review.gold.reason')}
        aria-label={t('review.gold.reason')}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (isSubmitKey(event.nativeEvent) && ready) send()
        }}
        data-testid="review-gold-reason"
      />
      <Failure error={make.error} />
    </Modal>
  )
}
