import { ADAPTERS, useRegisterModel, type NewModel } from '@/api/models'
import { basesQuery } from '@/api/runs'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { useQuery } from '@tanstack/react-query'
import { AutoComplete, Button, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import styles from './modelPages.module.css'

/** A reward model from elsewhere: where it lies and how it is asked. */
export function RegisterForm({ project, onClose }: { project: number; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const register = useRegisterModel(project)
  const bases = useQuery(basesQuery(project)).data?.results ?? []
  const send = (body: NewModel) =>
    register.mutate(body, { onSuccess: (model) => void navigate(`/models/${model.id}`) })
  return (
    <Section title={t('models.register')} testid="model-form">
      <Form<NewModel> layout="vertical" initialValues={{ name: '', adapter: 'auto' }} onFinish={send}>
        <div className={styles.fields}>
          <Form.Item
            name="source"
            label={t('models.source')}
            extra={t('models.sourceHint')}
            rules={[{ required: true, whitespace: true, message: t('models.sourceNeeded') }]}
          >
            <AutoComplete options={bases.map(({ name, label }) => ({ value: name, label }))} data-testid="model-source" />
          </Form.Item>
          <Form.Item name="name" label={t('models.name')} extra={t('models.nameHint')}>
            <Input maxLength={200} data-testid="model-name" />
          </Form.Item>
          <Form.Item name="adapter" label={t('models.adapter')} extra={t('models.adapterHint')}>
            <Select
              options={ADAPTERS.map((value) => ({ value, label: t(`models.adapters.${value}`) }))}
              data-testid="model-adapter"
            />
          </Form.Item>
        </div>
        <Failure error={register.error} kept={t('models.formKept')} />
        <Button type="primary" htmlType="submit" loading={register.isPending} data-testid="model-register">
          {t('models.register')}
        </Button>{' '}
        <Button onClick={onClose}>{t('models.close')}</Button>
      </Form>
    </Section>
  )
}
