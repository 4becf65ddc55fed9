import { MICROS, useSaveEndpoint, type Endpoint, type EndpointFields } from '@/api/endpoints'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { Button, Form, Input, InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './judges.module.css'

interface Props {
  project: number
  endpoint: Endpoint | null
  onClose: () => void
}

const BLANK: EndpointFields = {
  name: '',
  base_url: '',
  model: '',
  key_variable: '',
  system: '',
  temperature: 0,
  max_tokens: 1024,
  prompt_price: 0,
  completion_price: 0,
  per_second: null,
  concurrency: 8,
  timeout_seconds: 60,
}
const NUMBERS = [
  { name: 'temperature', min: 0, max: 2, step: 0.1 },
  { name: 'max_tokens', min: 1, max: 32_768, precision: 0 },
  { name: 'prompt_price', min: 0, max: 1_000_000 },
  { name: 'completion_price', min: 0, max: 1_000_000 },
  { name: 'concurrency', min: 1, max: 256, precision: 0 },
  { name: 'per_second', min: 0.01, max: 1000 },
  { name: 'timeout_seconds', min: 1, max: 600, precision: 0 },
] as const

/** Where a model is asked, at what price and pace. Prices are typed in the currency, for 1,000 tokens. */
export function EndpointForm({ project, endpoint, onClose }: Props) {
  const { t } = useTranslation()
  const save = useSaveEndpoint(project, endpoint?.id ?? null)
  const { prompt_price, completion_price, ...rest } = endpoint ?? BLANK
  const shown = { ...rest, prompt_price: prompt_price / MICROS, completion_price: completion_price / MICROS }
  const send = (values: EndpointFields) =>
    save.mutate(
      {
        ...values,
        per_second: values.per_second ?? null,
        prompt_price: Math.round((values.prompt_price ?? 0) * MICROS),
        completion_price: Math.round((values.completion_price ?? 0) * MICROS),
      },
      { onSuccess: onClose },
    )
  return (
    <Section title={t(endpoint ? 'judges.editEndpoint' : 'judges.addEndpoint')} testid="endpoint-form">
      <Form<EndpointFields> layout="vertical" initialValues={shown} onFinish={send}>
        <div className={styles.fields}>
          {(['name', 'base_url', 'model'] as const).map((name) => (
            <Form.Item
              key={name}
              name={name}
              label={t(`judges.fields.${name}`)}
              extra={t(`judges.hints.${name}`)}
              rules={[{ required: true, whitespace: true, message: t('judges.needed') }]}
            >
              <Input maxLength={500} data-testid={`endpoint-${name}`} />
            </Form.Item>
          ))}
          <Form.Item name="key_variable" label={t('judges.fields.key_variable')} extra={t('judges.hints.key_variable')}>
            <Input maxLength={100} placeholder="CHEEMS_KEY_DEEPSEEK" data-testid="endpoint-key_variable" />
          </Form.Item>
          {NUMBERS.map(({ name, ...range }) => (
            <Form.Item key={name} name={name} label={t(`judges.fields.${name}`)} extra={t(`judges.hints.${name}`)}>
              <InputNumber {...range} style={{ width: '100%' }} data-testid={`endpoint-${name}`} />
            </Form.Item>
          ))}
        </div>
        <Form.Item name="system" label={t('judges.fields.system')} extra={t('judges.hints.system')}>
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 6 }} maxLength={20_000} data-testid="endpoint-system" />
        </Form.Item>
        <Failure error={save.error} kept={t('judges.formKept')} />
        <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="endpoint-save">
          {t('judges.save')}
        </Button>{' '}
        <Button onClick={onClose}>{t('judges.close')}</Button>
      </Form>
    </Section>
  )
}
