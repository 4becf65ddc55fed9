import { useOverruleFlag, type Flag } from '@/api/filters'
import { Failure } from '@/components/Failure'
import { Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFlagFigures } from './useFlagFigures'

interface Props {
  project: number
  flag: Flag
  /** The flag was overruled */
  onDone: () => void
  onClose: () => void
}

/** Why a flagged response is fine after all. */
export function OverruleDialog({ project, flag, onDone, onClose }: Props) {
  const { t } = useTranslation()
  const figures = useFlagFigures()
  const [reason, setReason] = useState('')
  const overrule = useOverruleFlag(project)
  const onSuccess = () => {
    onDone()
    onClose()
  }
  return (
    <Modal
      open
      title={t('filters.overruleOf', { code: t(`filters.code.${flag.code}`), prompt: flag.prompt })}
      okText={t('filters.overrule')}
      okButtonProps={{ disabled: reason.trim() === '' }}
      confirmLoading={overrule.isPending}
      onOk={() => overrule.mutate({ id: flag.id, reason }, { onSuccess })}
      onCancel={onClose}
    >
      <p>{figures(flag)}</p>
      <p>{t('filters.overruleHint')}</p>
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={500}
        value={reason}
        aria-label={t('filters.reason')}
        placeholder={t('filters.reason')}
        onChange={(event) => setReason(event.target.value)}
        data-testid="overrule-reason"
      />
      <Failure error={overrule.error} />
    </Modal>
  )
}
