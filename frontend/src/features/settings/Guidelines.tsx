import { categoriesQuery, type Category } from '@/api/projects'
import { EmptyState } from '@/components/EmptyState'
import { QueryView } from '@/components/QueryView'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { GuidelineEditor } from './GuidelineEditor'
import styles from './settings.module.css'

/** The categories of the project, and the guideline of the chosen one. Unsaved texts stay while one looks at others. */
export function Guidelines({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useQuery(categoriesQuery(project))
  const [filters, setFilters] = useFilters('category')
  const [drafts, setDrafts] = useState<Readonly<Record<number, string | undefined>>>({})
  return (
    <QueryView query={query}>
      {({ results }) => {
        const current = results.find(({ id }) => String(id) === filters.category) ?? results[0]
        if (!current) {
          return (
            <EmptyState title={t('settings.noCategories.title')} hint={t('settings.noCategories.hint')}>
              <Link to={`/p/${project}/imports`}>{t('settings.noCategories.import')}</Link>
            </EmptyState>
          )
        }
        return (
          <div className={styles.guidelines}>
            <ul className={styles.categories} aria-label={t('settings.categories')} data-testid="categories">
              {results.map((category) => (
                <li key={category.id}>
                  <CategoryButton
                    category={category}
                    current={category.id === current.id}
                    unsaved={drafts[category.id] !== undefined}
                    onOpen={() => setFilters({ category: String(category.id) })}
                  />
                </li>
              ))}
            </ul>
            <GuidelineEditor
              key={current.id}
              project={project}
              category={current}
              draft={drafts[current.id]}
              onDraft={(text) => setDrafts((before) => ({ ...before, [current.id]: text }))}
            />
          </div>
        )
      }}
    </QueryView>
  )
}

interface ButtonProps {
  category: Category
  current: boolean
  unsaved: boolean
  onOpen: () => void
}

function CategoryButton({ category, current, unsaved, onOpen }: ButtonProps) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <button
      type="button"
      className={styles.category}
      aria-current={current}
      onClick={onOpen}
      style={{ paddingLeft: 12 * category.path.length }}
      data-testid={`category-${category.id}`}
    >
      <span>
        {category.path.at(-1)} {unsaved && <em>{t('settings.unsaved')}</em>}
      </span>
      <span>
        {!category.has_guideline && `${t('settings.noGuideline')} · `}
        {format.integer(category.n_prompts)}
      </span>
    </button>
  )
}
