import { useCreateJudgeRun, type JudgeRun, type NewJudgeRun } from '@/api/judging'
import { BudgetFields } from '@/components/calls/BudgetFields'
import { toBudget, type BudgetValues } from '@/components/calls/money'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { Button, Form, InputNumber, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import styles from './judges.module.css'

type Values = Pick<NewJudgeRun, 'scope' | 'n_prompts'> & BudgetValues

/** What a released judge shall compare, and at what cost at most. */
export function LooseForm({ trial, onClose }: { trial: JudgeRun; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const create = useCreateJudgeRun(trial.id)
  const send = ({ scope, n_prompts, ...budget }: Values) =>
    create.mutate(
      { scope, n_prompts: n_prompts ?? null, categories: [], ...toBudget(budget) },
      { onSuccess: (run) => void navigate(`/judges/${run.id}`) },
    )
  return (
    <Section title={t('judges.loose')} testid="loose-form">
      <p>{t('judges.looseHint')}</p>
      <Form<Values> layout="vertical" initialValues={{ scope: 'unannotated' }} onFinish={send}>
        <div className={styles.fields}>
          <Form.Item name="scope" label={t('judges.scope')}>
            <Radio.Group
              options={(['unannotated', 'annotated'] as const).map((value) => ({
                value,
                label: t(`judges.scopes.${value}`),
              }))}
            />
          </Form.Item>
          <Form.Item name="n_prompts" label={t('judges.nPrompts')} extra={t('judges.allIfEmpty')}>
            <InputNumber min={1} precision={0} style={{ width: '100%' }} data-testid="loose-prompts" />
          </Form.Item>
          <BudgetFields />
        </div>
        <Failure error={create.error} kept={t('judges.formKept')} />
        <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="loose-create">
          {t('judges.start')}
        </Button>{' '}
        <Button onClick={onClose}>{t('judges.close')}</Button>
      </Form>
    </Section>
  )
}
