import { queuesQuery, type QueueRow } from '@/api/disputes'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Checkbox, Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { queueAddress } from './queues'
import { useFilters } from '@/lib/useFilters'

const REFRESH = 30_000

/** Every queue of quality control: how many wait, since when, at which stage, and whose it is. */
export default function QueuesPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('mine')
  const query = useQuery({ ...queuesQuery(project), refetchInterval: REFRESH })
  return (
    <Page title={t('qa.queues.title')} aside={<span>{t('qa.queues.hint')}</span>}>
      <QueryView query={query}>
        {({ queues }) => (
          <Section
            actions={
              <Checkbox
                checked={filters.mine !== null}
                onChange={(event) => setFilters({ mine: event.target.checked ? '1' : null })}
                data-testid="filter-mine"
              >
                {t('qa.queues.onlyMine')}
              </Checkbox>
            }
          >
            <Queues project={project} queues={queues.filter(({ mine }) => mine || filters.mine === null)} />
          </Section>
        )}
      </QueryView>
    </Page>
  )
}

function Queues({ project, queues }: { project: number; queues: QueueRow[] }) {
  const { t } = useTranslation()
  const columns = useColumns(project)
  const waiting = queues.some(({ count }) => count > 0)
  return (
    <>
      <Table
        size="small"
        rowKey="name"
        columns={columns}
        dataSource={queues}
        pagination={false}
        onRow={({ name }) => ({ 'data-testid': `queue-${name}` }) as React.HTMLAttributes<HTMLElement>}
      />
      {!waiting && (
        <EmptyState title={t('qa.queues.empty')} hint={t('qa.queues.emptyHint')}>
          <Link to={`/p/${project}/statistics`}>{t('qa.queues.toStatistics')}</Link>
        </EmptyState>
      )}
    </>
  )
}

function useColumns(project: number): TableColumnsType<QueueRow> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('qa.queues.queue'),
      render: (_, queue) => (
        <Link to={queueAddress(project, queue)} data-testid={`open-queue-${queue.name}`}>
          <StateTag machine="prompt" state={queue.name} />
        </Link>
      ),
    },
    { title: t('qa.queues.stage'), render: (_, { stage }) => (stage ? t(`qa.stage.${stage}`) : t('qa.queues.annotators')) },
    { title: t('qa.queues.count'), align: 'right', render: (_, { count }) => <strong>{format.integer(count)}</strong> },
    {
      title: t('qa.queues.oldest'),
      render: (_, { oldest }) => oldest && <span title={format.dateTime(oldest)}>{format.age(oldest)}</span>,
    },
    { title: t('qa.queues.mine'), render: (_, { mine }) => (mine ? t('qa.queues.yes') : '') },
  ]
}
