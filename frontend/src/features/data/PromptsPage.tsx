import { figuresQuery, PROMPT_STATES, promptsQuery, SUBSETS, type PromptFilters as Query } from '@/api/prompts'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { QueryView } from '@/components/QueryView'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ConflictTables } from './ConflictTables'
import { FirstSteps } from './FirstSteps'
import { NoMatches } from './NoMatches'
import { ProjectFigures } from './ProjectFigures'
import { PromptFilters } from './PromptFilters'
import { StateFunnel } from './StateFunnel'
import styles from './data.module.css'
import { usePromptColumns } from './usePromptColumns'

const NO_FILTERS = { state: null, category: null, source: null, subset: null, q: null }

/** A project's prompts: how far they are, how well people agree on them, and the rows behind every figure. */
export default function PromptsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('state', 'category', 'source', 'subset', 'q')
  const figures = useQuery(figuresQuery(project))
  const prompts = useInfiniteQuery(promptsQuery(project, toQuery(filters)))
  const columns = usePromptColumns()
  return (
    <QueryView query={figures}>
      {(data) =>
        Object.values(data.states).every((count) => count === 0) ? (
          <FirstSteps project={project} />
        ) : (
          <Page title={t('data.title')}>
            <StateFunnel states={data.states} value={filters.state} onChange={(state) => setFilters({ state })} />
            <div className={styles.columns}>
              <div className={styles.list}>
                <PromptFilters
                  project={project}
                  filters={filters}
                  sources={data.conflicts_by_source.map(({ name }) => name)}
                  onChange={setFilters}
                />
                <PagedTable
                  query={prompts}
                  columns={columns}
                  rowKey={({ id }) => id}
                  empty={<NoMatches onClear={() => setFilters(NO_FILTERS)} />}
                  testid="prompts"
                />
              </div>
              <aside>
                <ProjectFigures figures={data} />
                <ConflictTables project={project} figures={data} />
              </aside>
            </div>
          </Page>
        )
      }
    </QueryView>
  )
}

/** What the address holds, as the server takes it; what it could not take is left out. */
function toQuery(filters: Record<'state' | 'category' | 'source' | 'subset' | 'q', string | null>): Query {
  return {
    state: PROMPT_STATES.find((state) => state === filters.state),
    category: Number(filters.category) || undefined,
    source: filters.source ?? undefined,
    subset: SUBSETS.find((subset) => subset === filters.subset),
    q: filters.q ?? undefined,
  }
}
