import { useDryRun } from '@/api/filters'
import { categoriesQuery } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import styles from './filters.module.css'
import { RULE_DEFAULTS, RULE_RANGES, toRules, type RuleName, type RuleValues } from './rules'

/** Where the flags draw their lines; a dry run by them changes nothing. */
export function DryRunForm({ project, onClose }: { project: number; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const begin = useDryRun(project)
  const send = (values: RuleValues) =>
    begin.mutate(toRules(values), { onSuccess: (run) => void navigate(`/filters/${run.id}`) })
  return (
    <Section title={t('filters.dryRun')} testid="filter-form">
      <p className={styles.hint}>{t('filters.hint')}</p>
      <Form<RuleValues> layout="vertical" initialValues={RULE_DEFAULTS} onFinish={send}>
        <div className={styles.fields}>
          {(Object.keys(RULE_RANGES) as RuleName[]).map((name) => (
            <RuleField key={name} name={name} />
          ))}
          <Form.Item name="exempt" label={t('filters.rule.exempt')} extra={t('filters.about.exempt')}>
            <Select
              mode="multiple"
              showSearch={{ optionFilterProp: 'label' }}
              options={categories.map(({ id, path }) => ({ value: id, label: path.join(' / ') }))}
              data-testid="rule-exempt"
            />
          </Form.Item>
        </div>
        <Failure error={begin.error} kept={t('filters.formKept')} />
        <Button type="primary" htmlType="submit" loading={begin.isPending} data-testid="filter-begin">
          {t('filters.begin')}
        </Button>{' '}
        <Button onClick={onClose}>{t('filters.cancel')}</Button>
      </Form>
    </Section>
  )
}

function RuleField({ name }: { name: RuleName }) {
  const { t } = useTranslation()
  const { min, max, step, percent } = RULE_RANGES[name]
  return (
    <Form.Item
      name={name}
      label={t(`filters.rule.${name}`)}
      extra={t(`filters.about.${name}`)}
      rules={[{ required: true, message: t('filters.needed') }]}
    >
      <InputNumber min={min} max={max} step={step} suffix={percent ? '%' : undefined} data-testid={`rule-${name}`} />
    </Form.Item>
  )
}
