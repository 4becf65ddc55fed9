import { STEPS, type Recipe, type Step } from '@/api/recipes'
import { modelName } from '@/components/models/modelName'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { Steps } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { stepStatus } from './steps'
import styles from './recipes.module.css'

/** The way from people's comparisons to a model of both, each step with what it has made. */
export function RecipeSteps({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  return (
    <Section title={t('recipes.way')} testid="recipe-steps">
      <Steps
        orientation="vertical"
        size="small"
        current={STEPS.findIndex((step) => stepStatus(recipe, step) !== 'finish')}
        items={STEPS.map((step) => {
          const status = stepStatus(recipe, step)
          return {
            title: (
              <span data-testid={`step-${step}`} data-status={status}>
                {t(`recipes.steps.${step}`)}
              </span>
            ),
            status,
            content: <Made recipe={recipe} step={step} />,
          }
        })}
      />
      <p className={styles.hint}>
        {t('recipes.trainedFrom', { base: recipe.base })}
        {' · '}
        {t('recipes.seedOf', { seed: recipe.seed })}
      </p>
    </Section>
  )
}

function Made({ recipe, step }: { recipe: Recipe; step: Step }): ReactNode {
  const { t } = useTranslation()
  const format = useFormat()
  const { human_run, model, scoring, derived_set, final_run, figures } = recipe
  switch (step) {
    case 'human_training':
      return (
        <>
          <Link to={`/sets/${recipe.human_set.id}`}>{t('recipes.versioned', recipe.human_set)}</Link>
          {human_run && <RunLink run={human_run} />}
          {model && <Link to={`/models/${model.id}`}>{t('recipes.filteredBy', { name: modelName(model, t) })}</Link>}
        </>
      )
    case 'scoring':
      return (
        <>
          {recipe.judge_runs.map(({ id, name }) => (
            <Link key={id} to={`/judges/${id}`}>
              {t('recipes.numbered', { id, name })}
            </Link>
          ))}
          {scoring && t('recipes.scored', { done: format.integer(scoring.n_done), total: format.integer(scoring.n_prompts) })}
        </>
      )
    case 'preparing':
      return figures && t('recipes.compared', { value: format.integer(figures.n_comparisons) })
    case 'deciding':
      return (
        figures &&
        recipe.state !== 'deciding' &&
        t('recipes.keptOf', { value: format.integer(figures.counts.kept), margin: format.measure(recipe.margin) })
      )
    case 'freezing':
      return (
        derived_set && (
          <>
            <Link to={`/sets/${derived_set.id}`}>{t('recipes.versioned', derived_set)}</Link>
            {derived_set.state === 'freezing' && `${format.integer(derived_set.done)} / ${format.integer(derived_set.total)}`}
          </>
        )
      )
    case 'training':
      return final_run && <RunLink run={final_run} />
  }
}

function RunLink({ run }: { run: NonNullable<Recipe['final_run']> }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <span>
      <Link to={`/runs/${run.id}`}>{t('recipes.run', { id: run.id })}</Link> {t(`states.run.${run.state}`)}
      {run.state === 'running' && ` ${format.integer(run.step)} / ${format.integer(run.total_steps)}`}
    </span>
  )
}
