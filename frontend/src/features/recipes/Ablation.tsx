import { METRICS } from '@/api/models'
import { SUBSETS } from '@/api/prompts'
import { ablationQuery, useAblate, variantActive, type Recipe, type Variant } from '@/api/recipes'
import { Chart } from '@/components/charts/Chart'
import { estimatesOption } from '@/components/charts/modelOptions'
import { Failure } from '@/components/Failure'
import { Interval } from '@/components/models/Interval'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { Button, Table, type TableColumnsType } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { plotted } from './ablation'
import { REPORTED } from './reported'
import styles from './recipes.module.css'

/** What each step is worth: the same training on six sets, all measured on one benchmark (the paper's table 4). */
export function Ablation({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  const query = useQuery(ablationQuery(recipe.id))
  const ablate = useAblate(recipe.id)
  const variants = query.data?.variants ?? []
  const failed = variants.filter(({ state }) => state === 'failed')
  return (
    <Section
      title={t('recipes.ablation')}
      testid="ablation"
      actions={
        query.data &&
        (variants.length === 0 || failed.length > 0) && (
          <Button type="primary" loading={ablate.isPending} onClick={() => ablate.mutate()} data-testid="ablate">
            {failed.length > 0 ? t('recipes.ablateAgain', { count: failed.length }) : t('recipes.ablate')}
          </Button>
        )
      }
    >
      <p className={styles.hint}>{t('recipes.ablationHint')}</p>
      <Failure error={ablate.error} />
      <QueryView query={query}>
        {({ variants: rows }) => (rows.length > 0 ? <Rows variants={rows} /> : <></>)}
      </QueryView>
    </Section>
  )
}

function Rows({ variants }: { variants: Variant[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const n_done = variants.filter(({ state }) => state === 'done').length
  const option = useMemo(
    () =>
      estimatesOption({
        names: variants.map(({ name }) => t(`recipes.variants.${name}`)),
        series: plotted(variants).map(({ name, points }) => ({ name: t(`recipes.figures.${name}`), points })),
        format: format.score,
      }),
    [variants, t, format],
  )
  return (
    <>
      {variants.some(variantActive) && (
        <p role="status">{t('recipes.ablationGoes', { done: n_done, total: variants.length })}</p>
      )}
      <Table
        size="small"
        rowKey={({ name }) => name}
        columns={useColumns()}
        dataSource={variants}
        pagination={false}
        scroll={{ x: 'max-content' }}
        data-testid="ablation-table"
      />
      <Chart option={option} label={t('recipes.ablation')} height={260} />
      <p className={styles.hint}>{t('recipes.reportedHint')}</p>
    </>
  )
}

function useColumns(): TableColumnsType<Variant> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('recipes.variant'),
      render: (_, { name, set }) => <Link to={`/sets/${set.id}`}>{t(`recipes.variants.${name}`)}</Link>,
    },
    { title: t('recipes.state'), render: (_, variant) => <VariantState variant={variant} /> },
    { title: t('recipes.nPrompts'), align: 'right', render: (_, { n_prompts }) => format.integer(n_prompts) },
    { title: t('recipes.nPairs'), align: 'right', render: (_, { n_pairs }) => format.integer(n_pairs) },
    ...SUBSETS.map((subset) => ({
      title: t(`leaderboard.${subset}`),
      children: METRICS.map((metric) => ({
        title: t(`models.metric.${metric}`),
        align: 'right' as const,
        render: (_: unknown, { figures }: Variant) => (
          <Interval value={figures?.[subset]?.[metric]} interval={figures?.[subset]?.intervals?.[metric]} />
        ),
      })),
    })),
    {
      title: t('recipes.figures.overall'),
      align: 'right',
      render: (_, { figures }) => <Interval value={figures?.overall} interval={figures?.overall_interval} />,
    },
    { title: t('recipes.figures.reported'), align: 'right', render: (_, { name }) => format.score(REPORTED[name]) },
  ]
}

function VariantState({ variant }: { variant: Variant }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { state, run, set, error, error_code } = variant
  return (
    <span className={styles.variant}>
      <StateTag machine="variant" state={state} />
      {run && <Link to={`/runs/${run.id}`}>{t('recipes.run', { id: run.id })}</Link>}
      {state === 'training' && run && `${format.integer(run.step)} / ${format.integer(run.total_steps)}`}
      {state === 'freezing' && `${format.integer(set.done)} / ${format.integer(set.total)}`}
      {state === 'failed' && (
        <span className={styles.said}>{error || t(`recipes.failed.${error_code}`, t('recipes.failed.other'))}</span>
      )}
    </span>
  )
}
