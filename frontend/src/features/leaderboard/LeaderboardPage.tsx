import { leaderboardQuery, type Leaderboard } from '@/api/leaderboard'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Select, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ChosenModels } from './ChosenModels'
import { LeaderboardPlots } from './LeaderboardPlots'
import { PublishedFigures } from './PublishedFigures'
import { useLeaderboardColumns } from './useLeaderboardColumns'

/** Reward models and judges on one benchmark, best first, and what others have published. */
export default function LeaderboardPage() {
  const project = useRequiredProjectId()
  const query = useQuery(leaderboardQuery(project))
  return <QueryView query={query}>{(board) => <Board project={project} board={board} />}</QueryView>
}

function Board({ project, board }: { project: number; board: Leaderboard }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters('set')
  const columns = useLeaderboardColumns()
  const benchmark = board.sets.find(({ id }) => String(id) === filters.set) ?? board.sets.at(-1)
  if (!benchmark) {
    return (
      <Page title={t('leaderboard.title')}>
        <EmptyState title={t('leaderboard.empty.title')} hint={t('leaderboard.empty.hint')}>
          <Link to={`/p/${project}/runs?new=1`}>{t('leaderboard.empty.train')}</Link>
        </EmptyState>
        <PublishedFigures />
      </Page>
    )
  }
  const rows = board.rows.filter((row) => row.benchmark_set.id === benchmark.id)
  return (
    <Page
      title={t('leaderboard.title')}
      actions={
        <Select
          value={benchmark.id}
          options={board.sets.map(({ id: value, name, version }) => ({
            value,
            label: t('leaderboard.benchmarkOf', { name, version }),
          }))}
          aria-label={t('leaderboard.benchmark')}
          popupMatchSelectWidth={false}
          onChange={(set) => setFilters({ set: String(set) })}
          data-testid="leaderboard-set"
        />
      }
    >
      <Section testid="leaderboard">
        <Table
          size="small"
          rowKey={({ model, kind }) => `${model.id} ${kind}`}
          columns={columns}
          dataSource={rows}
          pagination={false}
          scroll={{ x: 'max-content' }}
        />
      </Section>
      <LeaderboardPlots rows={rows} />
      <ChosenModels rows={rows} set={benchmark.id} />
      <PublishedFigures />
    </Page>
  )
}
