import { useCreateRun, type Run } from '@/api/runs'
import { setsQuery } from '@/api/sets'
import { Failure } from '@/components/Failure'
import { HyperparameterField } from '@/components/hyperparameters/HyperparameterField'
import { prefill, splitCommon, toParams, type Params } from '@/components/hyperparameters/params'
import { TrainingOptions, type Options } from '@/components/hyperparameters/TrainingOptions'
import { useBase } from '@/components/hyperparameters/useBase'
import { Section } from '@/components/Page'
import { useInfiniteQuery } from '@tanstack/react-query'
import { AutoComplete, Button, Form, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { Differences } from './Differences'
import styles from './runs.module.css'

interface Props {
  project: number
  set: number | null
  /** The run whose settings are to be changed */
  original?: Run
  onClose: () => void
}

interface Values {
  set: number
  base: string
  params: Params
}

/** On what to train, from which base, and how. */
export function RunForm(props: Props) {
  const { t } = useTranslation()
  return (
    <Section
      title={props.original ? t('runs.cloneOf', { id: props.original.id }) : t('runs.create')}
      testid="run-form"
    >
      <TrainingOptions project={props.project}>{(options) => <Fields {...props} options={options} />}</TrainingOptions>
    </Section>
  )
}

function Fields({ project, set, original, onClose, options }: Props & { options: Options }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const create = useCreateRun(project)
  const { bases, hyperparameters } = options
  const [form] = Form.useForm<Values>()
  const { base, recommended, changeBase } = useBase(form, options, original?.base)
  const asked = Form.useWatch((values: Values) => values, form)
  const { common, advanced } = splitCommon(hyperparameters)
  const send = ({ params, ...chosen }: Values) =>
    create.mutate(
      { ...chosen, params: toParams(hyperparameters, params), cloned_from: original?.id ?? null },
      { onSuccess: (run) => void navigate(`/runs/${run.id}`) },
    )
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      initialValues={{ set: set ?? undefined, base, params: prefill(hyperparameters, original?.params ?? recommended) }}
      onFinish={send}
    >
      <div className={styles.fields}>
        <Form.Item name="set" label={t('runs.set')} rules={[{ required: true, message: t('runs.setNeeded') }]}>
          <SetSelect project={project} />
        </Form.Item>
        <Form.Item
          name="base"
          label={t('runs.base')}
          extra={t('runs.baseHint')}
          rules={[{ required: true, whitespace: true, message: t('runs.baseNeeded') }]}
        >
          <AutoComplete
            options={bases.results.map(({ name, label }) => ({ value: name, label }))}
            onChange={changeBase}
            data-testid="run-base"
          />
        </Form.Item>
      </div>
      {!original && Object.keys(recommended).length > 0 && (
        <p className={styles.recommended} role="status" data-testid="run-recommended">
          {t('runs.recommended', { base })}
        </p>
      )}
      <div className={styles.fields}>
        {common.map((one) => (
          <HyperparameterField key={one.name} hyperparameter={one} />
        ))}
      </div>
      <details className={styles.advanced}>
        <summary>{t('runs.advanced', { count: advanced.length })}</summary>
        <div className={styles.fields}>
          {advanced.map((one) => (
            <HyperparameterField key={one.name} hyperparameter={one} />
          ))}
        </div>
      </details>
      {original && asked && <Differences original={original} asked={asked} hyperparameters={hyperparameters} />}
      <Failure error={create.error} kept={t('runs.formKept')} />
      <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="run-create">
        {t('runs.start')}
      </Button>{' '}
      <Button onClick={onClose}>{t('runs.close')}</Button>
    </Form>
  )
}

interface SetSelectProps {
  project: number
  id?: string
  value?: number
  onChange?: (set: number) => void
}

/** The project's frozen sets. Form.Item passes id, value and onChange. */
function SetSelect({ project, ...field }: SetSelectProps) {
  const { t } = useTranslation()
  const sets = useInfiniteQuery(setsQuery(project))
  const frozen = sets.data?.pages.flatMap((page) => page.results).filter(({ state }) => state === 'frozen') ?? []
  return (
    <Select
      {...field}
      loading={sets.isPending}
      options={frozen.map(({ id: value, name, version }) => ({
        value,
        label: t('runs.versioned', { name, version }),
      }))}
      notFoundContent={t('runs.noSets')}
      data-testid="run-set"
    />
  )
}
