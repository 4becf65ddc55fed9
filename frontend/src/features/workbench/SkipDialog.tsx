import { SKIP_REASONS, type SkipReason } from '@/api/assignments'
import { useErrorText } from '@/components/useErrorText'
import { useMutation } from '@tanstack/react-query'
import { Alert, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './workbench.module.css'

interface Props {
  onClose: () => void
  onSkip: (reason: SkipReason, note: string) => Promise<void>
}

/** Asks why a task is skipped; it goes back and is not offered to this person again. */
export default function SkipDialog({ onClose, onSkip }: Props) {
  const { t } = useTranslation()
  const errorText = useErrorText()
  const [reason, setReason] = useState<SkipReason | null>(null)
  const [note, setNote] = useState('')
  const skip = useMutation({ mutationFn: (chosen: SkipReason) => onSkip(chosen, note.trim()), onSuccess: onClose })
  const needsNote = reason === 'other' && note.trim() === ''
  return (
    <Modal
      open
      title={t('workbench.skip.title')}
      okText={t('workbench.skip.confirm')}
      okButtonProps={{ disabled: !reason || needsNote, className: 'skip-confirm' }}
      cancelText={t('workbench.skip.cancel')}
      confirmLoading={skip.isPending}
      onOk={() => reason && skip.mutate(reason)}
      onCancel={onClose}
    >
      <p>{t('workbench.skip.hint')}</p>
      <Radio.Group className={styles.reasons} value={reason} onChange={(event) => setReason(event.target.value as SkipReason)}>
        {SKIP_REASONS.map((value, index) => (
          <Radio key={value} value={value} autoFocus={index === 0} data-testid={`skip-${value}`}>
            {t(`workbench.skip.reason.${value}`)}
          </Radio>
        ))}
      </Radio.Group>
      <Input.TextArea
        value={note}
        onChange={(event) => setNote(event.target.value)}
        placeholder={t('workbench.skip.note')}
        aria-label={t('workbench.skip.note')}
        maxLength={2000}
        autoSize={{ minRows: 2, maxRows: 6 }}
        data-testid="skip-note"
      />
      {skip.error && <Alert type="error" showIcon title={errorText(skip.error)} />}
    </Modal>
  )
}
