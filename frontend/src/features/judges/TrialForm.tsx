import { endpointsQuery } from '@/api/endpoints'
import { LANGUAGES, useCreateTrial, type NewTrial } from '@/api/judging'
import { categoriesQuery } from '@/api/projects'
import { BudgetFields } from '@/components/calls/BudgetFields'
import { toBudget, type BudgetValues } from '@/components/calls/money'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import styles from './judges.module.css'

type Values = Pick<NewTrial, 'endpoint' | 'language' | 'order' | 'n_prompts' | 'categories'> & BudgetValues

interface Props {
  project: number
  onClose: () => void
  onEndpoints: () => void
}

/** Which judge to try, on how many prompts that people have settled, and at what cost at most. */
export function TrialForm({ project, onClose, onEndpoints }: Props) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const endpoints = useQuery(endpointsQuery(project)).data?.results.filter((one) => !one.retired)
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const create = useCreateTrial(project)
  const send = ({ tokens, money, ...asked }: Values) =>
    create.mutate(
      { ...asked, ...toBudget({ tokens, money }) },
      { onSuccess: (run) => void navigate(`/judges/${run.id}`) },
    )
  if (endpoints?.length === 0) {
    return (
      <EmptyState title={t('judges.noEndpoint.title')} hint={t('judges.noEndpoint.hint')}>
        <Button type="primary" onClick={onEndpoints}>
          {t('judges.addEndpoint')}
        </Button>
      </EmptyState>
    )
  }
  return (
    <Section title={t('judges.newTrial')} testid="trial-form">
      <p>{t('judges.trialHint')}</p>
      <Form<Values>
        layout="vertical"
        initialValues={{ language: 'zh', order: 'random', n_prompts: 100, categories: [] }}
        onFinish={send}
      >
        <div className={styles.fields}>
          <Form.Item
            name="endpoint"
            label={t('judges.endpoint')}
            rules={[{ required: true, message: t('judges.endpointNeeded') }]}
          >
            <Select
              options={endpoints?.map(({ id, name, model }) => ({ value: id, label: `${name} · ${model}` }))}
              data-testid="trial-endpoint"
            />
          </Form.Item>
          <Form.Item name="n_prompts" label={t('judges.nPrompts')} extra={t('judges.nPromptsHint')}>
            <InputNumber min={1} max={100_000} precision={0} style={{ width: '100%' }} data-testid="trial-prompts" />
          </Form.Item>
          <Form.Item name="language" label={t('judges.language')}>
            <Radio.Group options={LANGUAGES.map((value) => ({ value, label: t(`judges.languages.${value}`) }))} />
          </Form.Item>
          <Form.Item name="order" label={t('judges.order')} extra={t('judges.orderHint')}>
            <Radio.Group
              options={(['random', 'both'] as const).map((value) => ({ value, label: t(`judges.orders.${value}`) }))}
            />
          </Form.Item>
          <Form.Item name="categories" label={t('judges.categories')} extra={t('judges.allIfEmpty')}>
            <Select
              mode="multiple"
              showSearch={{ optionFilterProp: 'label' }}
              options={categories.map(({ id, path }) => ({ value: id, label: path.join(' / ') }))}
              data-testid="trial-categories"
            />
          </Form.Item>
          <BudgetFields />
        </div>
        <Failure error={create.error} kept={t('judges.formKept')} />
        <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="trial-create">
          {t('judges.start')}
        </Button>{' '}
        <Button onClick={onClose}>{t('judges.close')}</Button>
      </Form>
    </Section>
  )
}
