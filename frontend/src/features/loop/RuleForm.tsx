import { TRIGGERS, useSaveLoopRule, type Loop } from '@/api/loop'
import { categoriesQuery } from '@/api/projects'
import { figuresQuery } from '@/api/prompts'
import { Failure } from '@/components/Failure'
import { FoldedHyperparameters } from '@/components/hyperparameters/FoldedHyperparameters'
import { prefill } from '@/components/hyperparameters/params'
import { TrainingOptions, type Options } from '@/components/hyperparameters/TrainingOptions'
import { useBase } from '@/components/hyperparameters/useBase'
import { Section } from '@/components/Page'
import { useQuery } from '@tanstack/react-query'
import { AutoComplete, Button, Form, Input, InputNumber, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { toValues, toWishes, type RuleValues } from './rule'
import styles from './loop.module.css'

interface Props {
  project: number
  loop: Loop
  onClose: () => void
}

/** When a round begins, what it freezes, and how it trains. */
export function RuleForm(props: Props) {
  const { t } = useTranslation()
  return (
    <Section title={t(props.loop.rule ? 'loop.editRule' : 'loop.firstRule')} testid="loop-form">
      {!props.loop.rule && <p className={styles.intro}>{t('loop.intro')}</p>}
      <TrainingOptions project={props.project}>{(options) => <Fields {...props} options={options} />}</TrainingOptions>
    </Section>
  )
}

function Fields({ project, loop, onClose, options }: Props & { options: Options }) {
  const { t } = useTranslation()
  const { bases, hyperparameters } = options
  const [form] = Form.useForm<RuleValues>()
  const save = useSaveLoopRule(project)
  const trigger = Form.useWatch('trigger', form) ?? loop.rule?.trigger ?? 'every_n'
  const { base, recommended, changeBase } = useBase(form, options, loop.rule?.base)
  const standing = loop.rule?.params ?? recommended
  return (
    <Form<RuleValues>
      form={form}
      layout="vertical"
      initialValues={toValues(loop.rule, t('loop.setName'), base, prefill(hyperparameters, standing))}
      onFinish={(values) => save.mutate(toWishes(values, hyperparameters), { onSuccess: onClose })}
    >
      <div className={styles.fields}>
        <Form.Item name="trigger" label={t('loop.when')}>
          <Radio.Group options={TRIGGERS.map((value) => ({ value, label: t(`loop.trigger.${value}`) }))} />
        </Form.Item>
        <Form.Item name="n" label={t('loop.n')} extra={t('loop.nHint', { n: loop.n_new })} hidden={trigger !== 'every_n'} rules={[{ required: trigger === 'every_n' }]}>
          <InputNumber min={1} max={1_000_000} precision={0} data-testid="loop-n" />
        </Form.Item>
        <Form.Item
          name="hour"
          label={t('loop.hour')}
          extra={t('loop.hourHint', { zone: loop.time_zone })}
          hidden={trigger !== 'nightly'}
          rules={[{ required: true }]}
        >
          <Select
            options={Array.from({ length: 24 }, (_, hour) => ({ value: hour, label: `${String(hour).padStart(2, '0')}:00` }))}
            data-testid="loop-hour"
          />
        </Form.Item>
        <Form.Item
          name="base"
          label={t('loop.base')}
          extra={t('loop.baseHint')}
          rules={[{ required: true, whitespace: true, message: t('loop.baseNeeded') }]}
        >
          <AutoComplete
            options={bases.results.map(({ name, label }) => ({ value: name, label }))}
            onChange={changeBase}
            data-testid="loop-base"
          />
        </Form.Item>
        <SetFields project={project} />
      </div>
      <FoldedHyperparameters hyperparameters={hyperparameters} className={styles.fields} />
      <Failure error={save.error} kept={t('loop.formKept')} />
      <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="loop-save">
        {t('loop.save')}
      </Button>{' '}
      {loop.rule && <Button onClick={onClose}>{t('loop.close')}</Button>}
    </Form>
  )
}

/** Which prompts go into each round's set, and how it is split. */
function SetFields({ project }: { project: number }) {
  const { t } = useTranslation()
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const sources = useQuery(figuresQuery(project)).data?.conflicts_by_source ?? []
  return (
    <>
      <Form.Item
        name="setName"
        label={t('loop.set')}
        extra={t('loop.setHint')}
        rules={[{ required: true, whitespace: true, message: t('loop.setNeeded') }]}
      >
        <Input maxLength={100} data-testid="loop-set" />
      </Form.Item>
      <Form.Item
        name="benchmarkPercent"
        label={t('loop.benchmarkShare')}
        extra={t('loop.benchmarkShareHint')}
        rules={[{ required: true }]}
      >
        <InputNumber min={0} max={90} suffix="%" data-testid="loop-benchmark-share" />
      </Form.Item>
      <Form.Item name="categories" label={t('loop.categories')} extra={t('loop.allIfEmpty')}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={categories.map(({ id, path }) => ({ value: id, label: path.join(' / ') }))}
          data-testid="loop-categories"
        />
      </Form.Item>
      <Form.Item name="sources" label={t('loop.sources')} extra={t('loop.allIfEmpty')}>
        <Select
          mode="tags"
          options={sources.map((row) => ({ value: row.name, label: row.name }))}
          data-testid="loop-sources"
        />
      </Form.Item>
      <Form.Item name="minAgreementPercent" label={t('loop.minAgreement')} extra={t('loop.minAgreementHint')}>
        <InputNumber min={0} max={100} suffix="%" data-testid="loop-min-agreement" />
      </Form.Item>
    </>
  )
}
