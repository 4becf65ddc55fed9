import type { Endpoint } from '@/api/endpoints'
import { Button, Form, Input, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './sampling.module.css'

/** The models that responses are drawn from, as the list `mix` of the form around it. */
export function MixFields({ endpoints }: { endpoints: readonly Endpoint[] }) {
  const { t } = useTranslation()
  const options = endpoints.map(({ id, name, model }) => ({ value: id, label: `${name} · ${model}` }))
  return (
    <Form.List name="mix">
      {(rows, { add, remove }) => (
        <fieldset className={styles.mix}>
          <legend>{t('sampling.mix')}</legend>
          {rows.map(({ key, name }) => (
            <div key={key} className={styles.source} data-testid={`mix-${name}`}>
              <Form.Item
                name={[name, 'endpoint']}
                label={t('sampling.endpoint')}
                rules={[{ required: true, message: t('sampling.endpointNeeded') }]}
              >
                <Select options={options} data-testid={`mix-endpoint-${name}`} />
              </Form.Item>
              <Form.Item name={[name, 'weight']} label={t('sampling.weight')}>
                <InputNumber min={0.001} max={1000} style={{ width: '100%' }} />
              </Form.Item>
              <Form.Item name={[name, 'temperature']} label={t('sampling.temperature')}>
                <InputNumber min={0} max={2} step={0.1} placeholder={t('sampling.own')} style={{ width: '100%' }} />
              </Form.Item>
              <Form.Item name={[name, 'system']} label={t('sampling.system')}>
                <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={20_000} placeholder={t('sampling.own')} />
              </Form.Item>
              <Button onClick={() => remove(name)} disabled={rows.length === 1}>
                {t('sampling.remove')}
              </Button>
            </div>
          ))}
          <Button onClick={() => add({ weight: 1 })} disabled={rows.length >= endpoints.length} data-testid="mix-add">
            {t('sampling.add')}
          </Button>
        </fieldset>
      )}
    </Form.List>
  )
}
