import { METRICS, modelQuery, type FullEvaluation, type FullModel } from '@/api/models'
import { SUBSETS } from '@/api/prompts'
import { Figure, Figures } from '@/components/Figures'
import { Calibration } from '@/components/models/Calibration'
import { Disagreements } from '@/components/models/Disagreements'
import { Interval } from '@/components/models/Interval'
import { modelName } from '@/components/models/modelName'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { Evaluations } from './Evaluations'

/** One reward model: its figures on each benchmark, its calibration, what it gets wrong, and where else to measure it. */
export default function ModelPage() {
  const query = useQuery(modelQuery(Number(useParams().id)))
  return <QueryView query={query}>{(model) => <ModelView model={model} />}</QueryView>
}

function ModelView({ model }: { model: FullModel }) {
  const { t } = useTranslation()
  const project = useRequiredProjectId(model.project)
  const [filters, setFilters] = useFilters('set')
  const shown = model.evaluations.find(({ set }) => String(set.id) === filters.set) ?? model.evaluations.at(-1)
  return (
    <Page
      title={modelName(model, t)}
      aside={t(`models.kinds.${model.kind}`)}
      actions={
        <>
          {model.evaluations.length > 1 && shown && (
            <Select
              value={shown.set.id}
              options={model.evaluations.map(({ set }) => ({ value: set.id, label: t('models.versioned', set) }))}
              aria-label={t('models.benchmark')}
              popupMatchSelectWidth={false}
              onChange={(set) => setFilters({ set: String(set) })}
              data-testid="model-set"
            />
          )}
          {model.run !== null && <Link to={`/runs/${model.run}`}>{t('models.toRun', { run: model.run })}</Link>}
          <Link to={`/p/${project}/promotion?model=${model.id}`} data-testid="model-promote">
            {t('models.toPromotion')}
          </Link>
        </>
      }
    >
      {model.kind === 'external' && (
        <Section>
          {t('models.fromElsewhere', { source: model.source, adapter: t(`models.adapters.${model.adapter}`) })}
        </Section>
      )}
      {shown ? <Evaluated model={model.id} evaluation={shown} /> : <Section>{t('models.notMeasured')}</Section>}
      <Evaluations model={model} />
    </Page>
  )
}

function Evaluated({ model, evaluation }: { model: number; evaluation: FullEvaluation }) {
  const { t } = useTranslation()
  const { metrics, set } = evaluation
  return (
    <>
      <Section title={t('models.figuresOn', set)} testid="model-figures">
        <Figures>
          <Figure
            label={t('models.overall')}
            value={<Interval value={evaluation.overall} interval={metrics.overall_interval} />}
          />
          {SUBSETS.flatMap((subset) =>
            METRICS.map((metric) => (
              <Figure
                key={`${subset} ${metric}`}
                label={`${t(`models.subset.${subset}`)} · ${t(`models.metric.${metric}`)}`}
                value={
                  <Interval value={metrics[subset]?.[metric]} interval={metrics[subset]?.intervals?.[metric]} />
                }
              />
            )),
          )}
          <MoreFigures evaluation={evaluation} />
        </Figures>
        {!evaluation.comparable && <p>{t('models.notComparable')}</p>}
      </Section>
      <Section title={t('models.calibration')}>
        <Calibration measured={metrics} />
      </Section>
      <Section title={t('models.disagreements')}>
        <Disagreements model={model} set={set.id} measured={metrics} />
      </Section>
    </>
  )
}

/** What only some models have: rank correlations; of judges, how consistent and readable they are. */
const MORE = ['spearman', 'kendall', 'consistency', 'unreadable'] as const

function MoreFigures({ evaluation }: { evaluation: FullEvaluation }) {
  const { t } = useTranslation()
  const format = useFormat()
  return SUBSETS.flatMap((subset) =>
    MORE.flatMap((name) => {
      const value = evaluation.metrics[subset]?.[name]
      return typeof value === 'number'
        ? [
            <Figure
              key={`${subset} ${name}`}
              label={`${t(`models.subset.${subset}`)} · ${t(`models.more.${name}`)}`}
              value={format.score(value)}
            />,
          ]
        : []
    }),
  )
}
