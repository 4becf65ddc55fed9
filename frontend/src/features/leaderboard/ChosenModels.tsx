import type { LeaderboardRow } from '@/api/leaderboard'
import { modelQuery, type FullModel, type Measured } from '@/api/models'
import { SUBSETS, type Subset } from '@/api/prompts'
import { Chart } from '@/components/charts/Chart'
import { radarOption } from '@/components/charts/modelOptions'
import { Calibration } from '@/components/models/Calibration'
import { modelName } from '@/components/models/modelName'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useQueries } from '@tanstack/react-query'
import { Segmented, Select } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { categoriesOf, chosenModels, MOST_CHOSEN } from './chosen'
import styles from './leaderboard.module.css'

interface Props {
  rows: readonly LeaderboardRow[]
  set: number
}

interface Shown {
  model: FullModel
  measured: Measured
}

/** Chosen models category by category, and how well each knows what it knows; the address holds the choice. */
export function ChosenModels({ rows, set }: Props) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters('models', 'subset')
  const named = rows.map(({ model, run }) => ({ id: model.id, name: modelName({ name: model.name, run }, t) }))
  const offered = [...new Map(named.map((model) => [model.id, model])).values()]
  const ids = chosenModels(filters.models, offered)
  const subset = SUBSETS.find((one) => one === filters.subset) ?? 'open'
  const queries = useQueries({ queries: ids.map((id) => modelQuery(id)) })
  const shown = queries.flatMap(({ data: model }): Shown[] => {
    const evaluation = model?.evaluations.find((one) => one.set.id === set)
    return model && evaluation ? [{ model, measured: evaluation.metrics }] : []
  })
  return (
    <>
      <Section
        title={t('leaderboard.categories')}
        testid="leaderboard-categories"
        actions={
          <>
            <Select
              mode="multiple"
              value={ids}
              maxCount={MOST_CHOSEN}
              options={offered.map(({ id, name }) => ({ value: id, label: name }))}
              aria-label={t('leaderboard.chooseModels')}
              onChange={(next) => setFilters({ models: next.join(',') })}
              style={{ minWidth: 320 }}
              data-testid="leaderboard-models"
            />
            <Segmented
              value={subset}
              options={SUBSETS.map((value) => ({ value, label: t(`models.subset.${value}`) }))}
              onChange={(next) => setFilters({ subset: next })}
              aria-label={t('models.subsetName')}
            />
          </>
        }
      >
        <ByCategory shown={shown} subset={subset} />
      </Section>
      {shown.map(({ model, measured }) => (
        <Section key={model.id} title={t('leaderboard.calibrationOf', { name: modelName(model, t) })}>
          <Calibration measured={measured} />
        </Section>
      ))}
    </>
  )
}

function ByCategory({ shown, subset }: { shown: readonly Shown[]; subset: Subset }) {
  const { t } = useTranslation()
  const format = useFormat()
  const categories = categoriesOf(shown.map(({ measured }) => measured[subset]))
  const option = useMemo(
    () =>
      radarOption({
        axes: categories,
        series: shown.map(({ model, measured }) => ({
          name: modelName(model, t),
          values: categories.map((name) => measured[subset]?.categories[name]?.accuracy ?? null),
        })),
        format: format.score,
      }),
    [categories, shown, subset, t, format],
  )
  if (categories.length === 0) return <p>{t('leaderboard.noCategories')}</p>
  return (
    <div className={styles.byCategory}>
      {categories.length > 2 && <Chart option={option} label={t('leaderboard.categories')} height={340} />}
      <table className={styles.published}>
        <thead>
          <tr>
            <th scope="col">{t('leaderboard.category')}</th>
            <th scope="col">{t('leaderboard.pairs')}</th>
            {shown.map(({ model }) => (
              <th key={model.id} scope="col">
                {t('leaderboard.accuracyExact', { name: modelName(model, t) })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {categories.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{format.integer(shown[0]?.measured[subset]?.categories[name]?.n_pairs)}</td>
              {shown.map(({ model, measured }) => {
                const figures = measured[subset]?.categories[name]
                return (
                  <td key={model.id}>
                    {format.score(figures?.accuracy)} / {format.score(figures?.exact_match)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
