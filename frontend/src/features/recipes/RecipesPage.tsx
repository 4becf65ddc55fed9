import { recipesQuery, type Recipe } from '@/api/recipes'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { RecipeForm } from './RecipeForm'

/** Distant supervision in a project: what was made of judges' comparisons, and the form for the next (`?new=1`). */
export default function RecipesPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('new')
  const recipes = useInfiniteQuery(recipesQuery(project))
  const open = () => setFilters({ new: '1' })
  return (
    <Page
      title={t('recipes.title')}
      actions={
        !filters.new && (
          <Button type="primary" onClick={open} data-testid="recipe-new">
            {t('recipes.create')}
          </Button>
        )
      }
    >
      {filters.new && <RecipeForm project={project} onClose={() => setFilters({ new: null })} />}
      <Section>
        <PagedTable
          query={recipes}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={
            <EmptyState title={t('recipes.empty.title')} hint={t('recipes.empty.hint')}>
              {!filters.new && <Button onClick={open}>{t('recipes.create')}</Button>}
            </EmptyState>
          }
          testid="recipes"
        />
      </Section>
    </Page>
  )
}

function useColumns(): TableColumnsType<Recipe> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('recipes.name'),
      render: (_, recipe) => (
        <Link to={`/recipes/${recipe.id}`} data-testid={`recipe-${recipe.id}`}>
          {t('recipes.numbered', recipe)}
        </Link>
      ),
    },
    { title: t('recipes.state'), render: (_, recipe) => <StateTag machine="recipe" state={recipe.state} /> },
    {
      title: t('recipes.humanSet'),
      render: (_, { human_set }) => <Link to={`/sets/${human_set.id}`}>{t('recipes.versioned', human_set)}</Link>,
    },
    { title: t('recipes.judges'), render: (_, recipe) => recipe.judge_runs.map(({ model }) => model).join(' · ') },
    { title: t('recipes.base'), dataIndex: 'base' },
    { title: t('recipes.margin'), align: 'right', render: (_, recipe) => format.measure(recipe.margin) },
    {
      title: t('recipes.kept'),
      align: 'right',
      render: (_, { figures }) =>
        figures && `${format.integer(figures.counts.kept)} / ${format.integer(figures.n_comparisons)}`,
    },
    {
      title: t('recipes.derivedSet'),
      render: (_, { derived_set }) =>
        derived_set && <Link to={`/sets/${derived_set.id}`}>{t('recipes.versioned', derived_set)}</Link>,
    },
    { title: t('recipes.created'), render: (_, recipe) => format.dateTime(recipe.created_at) },
  ]
}
