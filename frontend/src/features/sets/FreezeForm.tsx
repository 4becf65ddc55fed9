import { categoriesQuery } from '@/api/projects'
import { figuresQuery } from '@/api/prompts'
import { useFreezeSet } from '@/api/sets'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, Input, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { FREEZE_DEFAULTS, toNewSet, type FreezeValues } from './freeze'
import styles from './sets.module.css'

interface Props {
  project: number
  name: string
  onClose: () => void
}

/** Which ranked prompts go into the next set, and how it is split. */
export function FreezeForm({ project, name, onClose }: Props) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const sources = useQuery(figuresQuery(project)).data?.conflicts_by_source ?? []
  const freeze = useFreezeSet(project)
  const send = (values: FreezeValues) =>
    freeze.mutate(toNewSet(values), { onSuccess: (set) => void navigate(`/sets/${set.id}`) })
  return (
    <Section title={t('sets.freeze')} testid="freeze-form">
      <Form<FreezeValues> layout="vertical" initialValues={{ ...FREEZE_DEFAULTS, name }} onFinish={send}>
        <div className={styles.fields}>
          <Form.Item
            name="name"
            label={t('sets.name')}
            extra={t('sets.nameHint')}
            rules={[{ required: true, whitespace: true, message: t('sets.nameNeeded') }]}
          >
            <Input maxLength={100} autoFocus data-testid="set-name" />
          </Form.Item>
          <Form.Item name="categories" label={t('sets.categories')} extra={t('sets.allIfEmpty')}>
            <Select
              mode="multiple"
              showSearch={{ optionFilterProp: 'label' }}
              options={categories.map(({ id, path }) => ({ value: id, label: path.join(' / ') }))}
              data-testid="set-categories"
            />
          </Form.Item>
          <Form.Item name="sources" label={t('sets.sources')} extra={t('sets.allIfEmpty')}>
            <Select
              mode="tags"
              options={sources.map((row) => ({ value: row.name, label: row.name }))}
              data-testid="set-sources"
            />
          </Form.Item>
          <Form.Item name="minAgreementPercent" label={t('sets.minAgreement')} extra={t('sets.minAgreementHint')}>
            <InputNumber min={0} max={100} suffix="%" data-testid="set-min-agreement" />
          </Form.Item>
          <Form.Item
            name="benchmarkPercent"
            label={t('sets.benchmarkShare')}
            extra={t('sets.benchmarkShareHint')}
            rules={[{ required: true }]}
          >
            <InputNumber min={0} max={90} suffix="%" data-testid="set-benchmark-share" />
          </Form.Item>
          <Form.Item name="seed" label={t('sets.seed')} extra={t('sets.seedHint')} rules={[{ required: true }]}>
            <InputNumber min={0} max={2_147_483_647} precision={0} data-testid="set-seed" />
          </Form.Item>
        </div>
        <Form.Item name="note" label={t('sets.note')}>
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={2000} data-testid="set-note" />
        </Form.Item>
        <Failure error={freeze.error} kept={t('sets.formKept')} />
        <Button type="primary" htmlType="submit" loading={freeze.isPending} data-testid="set-freeze">
          {t('sets.freeze')}
        </Button>{' '}
        <Button onClick={onClose}>{t('sets.cancel')}</Button>
      </Form>
    </Section>
  )
}
