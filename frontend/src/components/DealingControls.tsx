import { categoriesQuery, useLimitCategory, usePauseCategory, type Category } from '@/api/projects'
import { useRoles } from '@/api/session'
import { QA_ROLES } from '@/api/types'
import { LimitField } from '@/components/LimitField'
import { Section } from '@/components/Page'
import { PauseButton } from '@/components/PauseButton'
import { ProjectPause } from '@/components/ProjectPause'
import { QueryView } from '@/components/QueryView'
import { rowTestid } from '@/components/rowTestid'
import { useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

/** What is dealt: the project as a whole, and category by category. */
export function DealingControls({ project }: { project: number }) {
  const manages = useRoles(project).some((role) => QA_ROLES.includes(role))
  return (
    <>
      <ProjectPause project={project} manages={manages} />
      <CategoryLimits project={project} manages={manages} />
    </>
  )
}

/** The top-level categories, by which work is dealt: paused or not, how much of each a day, and their exams. */
function CategoryLimits({ project, manages }: { project: number; manages: boolean }) {
  const { t } = useTranslation()
  const format = useFormat()
  const query = useQuery(categoriesQuery(project))
  return (
    <QueryView query={query}>
      {({ results }) => (
        <Section title={t('people.limits.title')} testid="category-limits">
          <p>{t('people.limits.hint')}</p>
          <Table<Category>
            size="small"
            rowKey="id"
            pagination={false}
            dataSource={results.filter(({ id, root }) => id === root)}
            onRow={({ id }) => rowTestid(`category-limit-${id}`)}
            columns={[
              { title: t('list.category'), render: (_, row) => row.path.join(' / ') },
              {
                title: t('people.limits.prompts'),
                align: 'right',
                render: (_, { id }) => format.integer(promptsBelow(results, id)),
              },
              {
                title: t('people.limits.examItems'),
                align: 'right',
                render: (_, row) => (
                  <Link to={`/p/${project}/gold?category=${row.id}`}>{format.integer(row.exam_items)}</Link>
                ),
              },
              {
                title: t('people.stateLabel'),
                render: (_, { paused }) =>
                  paused ? t('people.limits.paused', { reason: paused.reason }) : t('people.limits.dealt'),
              },
              {
                render: (_, row) => manages && <CategoryActions project={project} category={row} />,
              },
            ]}
          />
        </Section>
      )}
    </QueryView>
  )
}

/** How many prompts a top-level category holds, those of the categories below it among them. */
function promptsBelow(categories: readonly Category[], top: number): number {
  return categories.filter(({ root }) => root === top).reduce((sum, { n_prompts }) => sum + n_prompts, 0)
}

function CategoryActions({ project, category }: { project: number; category: Category }) {
  const { t } = useTranslation()
  const limit = useLimitCategory(project, category.id)
  const pause = usePauseCategory(project, category.id)
  return (
    <span style={{ display: 'flex', gap: 8, justifyContent: 'flex-end' }}>
      <LimitField
        key={String(category.daily_limit)}
        label={t('people.dailyLimit')}
        value={category.daily_limit}
        change={limit}
        testid="category-daily-limit"
      />
      <PauseButton
        paused={category.paused !== null}
        title={t('people.pause.category', { name: category.path.join(' / ') })}
        hint={t('people.pause.categoryHint')}
        change={pause}
      />
    </span>
  )
}
