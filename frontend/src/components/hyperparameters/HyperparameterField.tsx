import type { Hyperparameter } from '@/api/runs'
import { useFormat } from '@/lib/format'
import { Checkbox, Form, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'

const SMALL = 1e-3

/** One setting of a run in the form that its type asks for, with its default below. */
export function HyperparameterField({ hyperparameter }: { hyperparameter: Hyperparameter }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { name, type, default: standard } = hyperparameter
  const small = typeof standard === 'number' && Math.abs(standard) > 0 && Math.abs(standard) < SMALL
  const written = small ? format.scientific(standard) : String(standard ?? t('runs.unset'))
  return (
    <Form.Item
      name={['params', name]}
      label={t(`runs.params.${name}`, name)}
      valuePropName={type === 'bool' ? 'checked' : 'value'}
      extra={t('runs.default', { value: written })}
    >
      {control(hyperparameter)}
    </Form.Item>
  )
}

/** A bound as a screen reader's attributes take it: without an exponent. */
function inDecimals(bound: number | null | undefined): string | undefined {
  return bound?.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 20 })
}

function control({ name, type, min, max, choices }: Hyperparameter) {
  const testid = `param-${name}`
  if (type === 'bool') return <Checkbox data-testid={testid} />
  if (type === 'choice') {
    return <Select options={choices.map((value) => ({ value, label: value }))} data-testid={testid} />
  }
  return (
    <InputNumber
      min={inDecimals(min)}
      max={inDecimals(max)}
      precision={type === 'int' ? 0 : undefined}
      style={{ width: '100%' }}
      data-testid={testid}
    />
  )
}
