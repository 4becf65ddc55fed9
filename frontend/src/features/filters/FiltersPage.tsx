import { filterRunsQuery, type FilterRun } from '@/api/filters'
import { useRoles } from '@/api/session'
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
import { DryRunForm } from './DryRunForm'
import { FlagList } from './FlagList'

/** Who may begin and apply a run; everybody else of quality control reads and overrules. */
const MANAGERS = ['owner', 'researcher']

/** The runs of the filters, the form that begins the next one (`?new=1`), and every flagged response. */
export default function FiltersPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const manages = useRoles(project).some((role) => MANAGERS.includes(role))
  const [address, setAddress] = useFilters('new')
  const runs = useInfiniteQuery(filterRunsQuery(project))
  const open = () => setAddress({ new: '1' })
  return (
    <Page
      title={t('filters.title')}
      actions={
        manages &&
        !address.new && (
          <Button type="primary" onClick={open} data-testid="filter-new">
            {t('filters.dryRun')}
          </Button>
        )
      }
    >
      {manages && address.new && <DryRunForm project={project} onClose={() => setAddress({ new: null })} />}
      <Section title={t('filters.runs')}>
        <PagedTable
          query={runs}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('filters.empty.title')} hint={t('filters.empty.hint')} />}
          testid="filter-runs"
        />
      </Section>
      <FlagList project={project} seesPrompts={manages} />
    </Page>
  )
}

function useColumns(): TableColumnsType<FilterRun> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('filters.run'),
      render: (_, run) => (
        <Link to={`/filters/${run.id}`} data-testid={`filter-run-${run.id}`}>
          {t('filters.numbered', { id: run.id })}
        </Link>
      ),
    },
    { title: t('filters.state'), render: (_, run) => <StateTag machine="filter" state={run.state} /> },
    { title: t('filters.responses'), align: 'right', render: (_, run) => format.integer(run.n_responses) },
    { title: t('filters.flagged'), align: 'right', render: (_, run) => format.integer(run.n_flagged) },
    { title: t('filters.excluded'), align: 'right', render: (_, run) => format.integer(run.n_excluded) },
    { title: t('filters.referred'), align: 'right', render: (_, run) => format.integer(run.n_referred) },
    { title: t('filters.created'), render: (_, run) => format.dateTime(run.created_at) },
  ]
}
