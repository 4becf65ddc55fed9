import { endpointsQuery } from '@/api/endpoints'
import { categoriesQuery } from '@/api/projects'
import { useCreateSamplingRun, type NewSamplingRun } from '@/api/sampling'
import { BudgetFields } from '@/components/calls/BudgetFields'
import { toBudget, type BudgetValues } from '@/components/calls/money'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { MixFields } from './MixFields'
import { toMix, type SourceValues } from './mix'
import styles from './sampling.module.css'

type Values = Pick<NewSamplingRun, 'draws' | 'keep' | 'n_prompts' | 'categories'> & BudgetValues & { mix: SourceValues[] }

/** From which models how many responses are drawn, and at what cost at most. */
export function SamplingForm({ project, onClose }: { project: number; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const endpoints = useQuery(endpointsQuery(project)).data?.results.filter((one) => !one.retired)
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const create = useCreateSamplingRun(project)
  const send = ({ mix, tokens, money, n_prompts, ...asked }: Values) =>
    create.mutate(
      { ...asked, n_prompts: n_prompts ?? null, mix: toMix(mix), ...toBudget({ tokens, money }) },
      { onSuccess: (run) => void navigate(`/sampling/${run.id}`) },
    )
  if (endpoints?.length === 0) {
    return (
      <EmptyState title={t('sampling.noEndpoint.title')} hint={t('sampling.noEndpoint.hint')}>
        <Link to={`/p/${project}/judges?tab=endpoints`}>{t('sampling.toEndpoints')}</Link>
      </EmptyState>
    )
  }
  return (
    <Section title={t('sampling.create')} testid="sampling-form">
      <p>{t('sampling.hint')}</p>
      <Form<Values>
        layout="vertical"
        initialValues={{ mix: [{ weight: 1 }], draws: 8, keep: 5, categories: [] }}
        onFinish={send}
      >
        <MixFields endpoints={endpoints ?? []} />
        <div className={styles.fields}>
          <Form.Item name="draws" label={t('sampling.draws')} extra={t('sampling.drawsHint')}>
            <InputNumber min={2} max={64} precision={0} style={{ width: '100%' }} data-testid="sampling-draws" />
          </Form.Item>
          <Form.Item name="keep" label={t('sampling.keep')} extra={t('sampling.keepHint')}>
            <InputNumber min={2} max={64} precision={0} style={{ width: '100%' }} data-testid="sampling-keep" />
          </Form.Item>
          <Form.Item name="n_prompts" label={t('sampling.nPrompts')} extra={t('sampling.allIfEmpty')}>
            <InputNumber min={1} precision={0} style={{ width: '100%' }} data-testid="sampling-prompts" />
          </Form.Item>
          <Form.Item name="categories" label={t('sampling.categories')} extra={t('sampling.allIfEmpty')}>
            <Select
              mode="multiple"
              showSearch={{ optionFilterProp: 'label' }}
              options={categories.map(({ id, path }) => ({ value: id, label: path.join(' / ') }))}
              data-testid="sampling-categories"
            />
          </Form.Item>
          <BudgetFields />
        </div>
        <Failure error={create.error} kept={t('sampling.formKept')} />
        <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="sampling-create">
          {t('sampling.start')}
        </Button>{' '}
        <Button onClick={onClose}>{t('sampling.close')}</Button>
      </Form>
    </Section>
  )
}
