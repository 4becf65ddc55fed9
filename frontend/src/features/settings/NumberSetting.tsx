import type { ProjectSettings } from '@/api/projects'
import { Form, InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'

interface Props {
  name: keyof ProjectSettings
  min: number
  max: number
  percent?: boolean
  optional?: boolean
}

/** One number of the protocol, with what it does and its range. */
export function NumberSetting({ name, min, max, percent = false, optional = false }: Props) {
  const { t } = useTranslation()
  return (
    <Form.Item
      name={name}
      label={t(`settings.fields.${name}.label`)}
      extra={t('settings.hintWithRange', { hint: t(`settings.fields.${name}.hint`), min, max })}
      rules={[{ required: !optional, message: t('settings.needed') }]}
    >
      <InputNumber
        min={min}
        max={max}
        precision={percent ? undefined : 0}
        suffix={percent ? '%' : undefined}
        placeholder={optional ? t('people.noLimit') : undefined}
        data-testid={`setting-${name}`}
      />
    </Form.Item>
  )
}
