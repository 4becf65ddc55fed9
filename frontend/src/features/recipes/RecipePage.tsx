import { recipeActive, recipeQuery, useCancelRecipe, useResumeRecipe, type Recipe } from '@/api/recipes'
import { Failure } from '@/components/Failure'
import { Page } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { Ablation } from './Ablation'
import { RecipeSteps } from './RecipeSteps'
import { Sifting } from './Sifting'
import styles from './recipes.module.css'

/** One recipe: at which step it is, what the margin leaves, what came of it, and what each step is worth. */
export default function RecipePage() {
  const id = Number(useParams().id)
  const query = useQuery(recipeQuery(id))
  return <QueryView query={query}>{(recipe) => <RecipeView recipe={recipe} />}</QueryView>
}

function RecipeView({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  useRequiredProjectId(recipe.project)
  const cancel = useCancelRecipe(recipe.id)
  const resume = useResumeRecipe(recipe.id)
  const stopped = recipe.state === 'failed' || recipe.state === 'cancelled'
  return (
    <Page
      title={t('recipes.numbered', recipe)}
      aside={<StateTag machine="recipe" state={recipe.state} />}
      actions={
        <>
          {(recipeActive(recipe) || recipe.state === 'deciding') && (
            <Button danger loading={cancel.isPending} onClick={() => cancel.mutate()} data-testid="recipe-cancel">
              {t('recipes.cancel')}
            </Button>
          )}
          {stopped && (
            <Button type="primary" loading={resume.isPending} onClick={() => resume.mutate()} data-testid="recipe-resume">
              {t('recipes.resume')}
            </Button>
          )}
        </>
      }
    >
      <Failure error={cancel.error ?? resume.error} />
      {recipe.state === 'failed' && (
        <Alert
          type="error"
          showIcon
          title={t(`recipes.failed.${recipe.error_code}`, t('recipes.failed.other'))}
          description={
            <>
              {recipe.error && <p className={styles.said}>{recipe.error}</p>}
              {t('recipes.failedKept', { step: t(`recipes.steps.${recipe.stopped_at}`) })}
            </>
          }
          style={{ marginBottom: 16 }}
          data-testid="recipe-error"
        />
      )}
      <div className={styles.columns}>
        <RecipeSteps recipe={recipe} />
        <div className={styles.main}>
          {recipe.figures ? (
            <Sifting key={recipe.state === 'deciding' ? 'open' : 'settled'} recipe={recipe} figures={recipe.figures} />
          ) : (
            <p className={styles.hint}>{t('recipes.notSifted')}</p>
          )}
          {recipe.state === 'done' && <Ablation recipe={recipe} />}
        </div>
      </div>
    </Page>
  )
}
