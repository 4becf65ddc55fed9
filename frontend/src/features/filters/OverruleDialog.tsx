import { useOverruleFlag, type Flag } from '@/api/filters'
import { Failure } from '@/components/Failure'
import { Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFlagFigures } from './useFlagFigures'

/** Why a flagged response is fine after all. */
export function OverruleDialog({ project, flag, onClose }: { project: number; flag: Flag; onClose: () => void }) {
  const { t } = useTranslation()
  const figures = useFlagFigures()
  const [reason, setReason] = useState('')
  const overrule = useOverruleFlag(project)
  return (
    <Modal
      open
      title={t('filters.overruleOf', { code: t(`filters.code.${flag.code}`), prompt: flag.prompt })}
      okText={t('filters.overrule')}
      okButtonProps={{ disabled: reason.trim() === '' }}
      confirmLoading={overrule.isPending}
      onOk={() => overrule.mutate({ id: flag.id, reason }, { onSuccess: onClose })}
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
