import { judgeRunsQuery } from '@/api/judging'
import { modelsQuery } from '@/api/models'
import { useCreateRecipe } from '@/api/recipes'
import { runsQuery } from '@/api/runs'
import { setsQuery } from '@/api/sets'
import { Failure } from '@/components/Failure'
import { FoldedHyperparameters } from '@/components/hyperparameters/FoldedHyperparameters'
import { prefill, toParams, type Params } from '@/components/hyperparameters/params'
import { TrainingOptions, type Options } from '@/components/hyperparameters/TrainingOptions'
import { useBase } from '@/components/hyperparameters/useBase'
import { modelName } from '@/components/models/modelName'
import { Section } from '@/components/Page'
import { useInfiniteQuery } from '@tanstack/react-query'
import { AutoComplete, Button, Checkbox, Form, Input, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { usableRuns } from './usable'
import styles from './recipes.module.css'

interface Props {
  project: number
  onClose: () => void
}

interface Values {
  name: string
  human_set: number
  judge_runs: number[]
  model?: number
  base: string
  /** A run whose base and settings were taken over */
  like?: number
  params: Params
  margin: number
  seed: number
  confirm_filter: boolean
}

/** From what the recipe is made, and how both its models are trained. */
export function RecipeForm(props: Props) {
  const { t } = useTranslation()
  return (
    <Section title={t('recipes.create')} testid="recipe-form">
      <p className={styles.hint}>{t('recipes.formHint')}</p>
      <TrainingOptions project={props.project}>{(options) => <Fields {...props} options={options} />}</TrainingOptions>
    </Section>
  )
}

function Fields({ project, onClose, options }: Props & { options: Options }) {
  const { t } = useTranslation()
  const { bases, hyperparameters } = options
  const navigate = useNavigate()
  const create = useCreateRecipe(project)
  const [form] = Form.useForm<Values>()
  const runs = useInfiniteQuery(runsQuery(project)).data?.pages.flatMap((page) => page.results) ?? []
  const models = useInfiniteQuery(modelsQuery(project)).data?.pages.flatMap((page) => page.results) ?? []
  const { base, recommended, changeBase } = useBase(form, options)
  const send = ({ like: _like, model, params, ...asked }: Values) =>
    create.mutate(
      { ...asked, model: model ?? null, params: toParams(hyperparameters, params) },
      { onSuccess: (recipe) => void navigate(`/recipes/${recipe.id}`) },
    )
  const takeOver = (id: number | undefined) => {
    const run = runs.find((one) => one.id === id)
    if (!run) return
    changeBase(run.base)
    form.setFieldsValue({ base: run.base, params: prefill(hyperparameters, run.params) })
  }
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      initialValues={{
        name: t('recipes.defaultName'),
        base,
        params: prefill(hyperparameters, recommended),
        margin: 0,
        seed: 0,
        confirm_filter: true,
      }}
      onFinish={send}
    >
      <div className={styles.fields}>
        <Form.Item name="name" label={t('recipes.name')} rules={[{ required: true, whitespace: true, max: 80 }]}>
          <Input data-testid="recipe-name" />
        </Form.Item>
        <Form.Item
          name="human_set"
          label={t('recipes.humanSet')}
          extra={t('recipes.humanSetHint')}
          rules={[{ required: true, message: t('recipes.humanSetNeeded') }]}
        >
          <SetSelect project={project} />
        </Form.Item>
        <Form.Item
          name="judge_runs"
          label={t('recipes.judges')}
          extra={t('recipes.judgesHint')}
          rules={[{ required: true, message: t('recipes.judgesNeeded') }]}
        >
          <JudgeSelect project={project} />
        </Form.Item>
        <Form.Item name="model" label={t('recipes.filterModel')} extra={t('recipes.filterModelHint')}>
          <Select
            allowClear
            options={models.map((model) => ({ value: model.id, label: modelName(model, t) }))}
            placeholder={t('recipes.trainFirst')}
            data-testid="recipe-model"
          />
        </Form.Item>
        <Form.Item
          name="base"
          label={t('recipes.base')}
          extra={t('recipes.baseHint')}
          rules={[{ required: true, whitespace: true, message: t('recipes.baseNeeded') }]}
        >
          <AutoComplete
            options={bases.results.map(({ name, label }) => ({ value: name, label }))}
            onChange={changeBase}
            data-testid="recipe-base"
          />
        </Form.Item>
        <Form.Item name="like" label={t('recipes.like')} extra={t('recipes.likeHint')}>
          <Select
            allowClear
            onChange={takeOver}
            options={runs.map(({ id, name }) => ({ value: id, label: t('recipes.numbered', { id, name }) }))}
            data-testid="recipe-like"
          />
        </Form.Item>
        <Form.Item name="margin" label={t('recipes.margin')} extra={t('recipes.marginHint')}>
          <InputNumber min={0} step={0.1} style={{ width: '100%' }} data-testid="recipe-margin" />
        </Form.Item>
        <Form.Item name="seed" label={t('recipes.seed')} extra={t('recipes.seedHint')}>
          <InputNumber min={0} precision={0} style={{ width: '100%' }} data-testid="recipe-seed" />
        </Form.Item>
      </div>
      <FoldedHyperparameters hyperparameters={hyperparameters} className={styles.fields} />
      <Form.Item name="confirm_filter" valuePropName="checked">
        <Checkbox data-testid="recipe-confirm-filter">{t('recipes.confirmFilter')}</Checkbox>
      </Form.Item>
      <Failure error={create.error} kept={t('recipes.formKept')} />
      <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="recipe-create">
        {t('recipes.start')}
      </Button>{' '}
      <Button onClick={onClose}>{t('recipes.close')}</Button>
    </Form>
  )
}

interface FieldProps {
  project: number
  id?: string
  value?: number
  onChange?: (value: number) => void
}

/** The project's frozen sets that are of people's comparisons alone. Form.Item passes id, value and onChange. */
function SetSelect({ project, ...field }: FieldProps) {
  const { t } = useTranslation()
  const sets = useInfiniteQuery(setsQuery(project))
  const rows = sets.data?.pages.flatMap((page) => page.results) ?? []
  const usable = rows.filter(({ state, derived }) => state === 'frozen' && !derived)
  return (
    <Select
      {...field}
      loading={sets.isPending}
      options={usable.map((set) => ({ value: set.id, label: t('recipes.versioned', set) }))}
      notFoundContent={<Link to={`/p/${project}/sets`}>{t('recipes.noSets')}</Link>}
      data-testid="recipe-set"
    />
  )
}

interface RunsFieldProps extends Omit<FieldProps, 'value' | 'onChange'> {
  value?: number[]
  onChange?: (value: number[]) => void
}

/** The judge runs whose comparisons may be used. Form.Item passes id, value and onChange. */
function JudgeSelect({ project, ...field }: RunsFieldProps) {
  const { t } = useTranslation()
  const runs = useInfiniteQuery(judgeRunsQuery(project))
  const usable = usableRuns(runs.data?.pages.flatMap((page) => page.results) ?? [])
  return (
    <Select
      {...field}
      mode="multiple"
      loading={runs.isPending}
      options={usable.map(({ id, name, n_done }) => ({
        value: id,
        label: t('recipes.judgeOption', { id, name, count: n_done }),
      }))}
      notFoundContent={<Link to={`/p/${project}/judges`}>{t('recipes.noJudges')}</Link>}
      data-testid="recipe-judges"
    />
  )
}
