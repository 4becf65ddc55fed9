import { loopQuery, roundsQuery, type Loop } from '@/api/loop'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { LoopStatus } from './LoopStatus'
import { RoundEntry } from './RoundEntry'
import { RoundsChart } from './RoundsChart'
import { RuleForm } from './RuleForm'
import styles from './loop.module.css'

/** The loop by itself: its rule, when the next round begins, and what every round made of the model. */
export default function LoopPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [address, setAddress] = useFilters('edit')
  const query = useQuery(loopQuery(project))
  return (
    <Page title={t('loop.title')}>
      <QueryView query={query}>
        {(loop) => (
          <>
            {loop.rule && <LoopStatus project={project} loop={loop} onEdit={() => setAddress({ edit: '1' })} />}
            {(!loop.rule || address.edit) && (
              <RuleForm project={project} loop={loop} onClose={() => setAddress({ edit: null })} />
            )}
            <Rounds project={project} loop={loop} />
          </>
        )}
      </QueryView>
    </Page>
  )
}

function Rounds({ project, loop }: { project: number; loop: Loop }) {
  const { t } = useTranslation()
  const query = useInfiniteQuery(roundsQuery(project, loop.open !== null))
  const rows = query.data?.pages.flatMap((page) => page.results)
  if (!rows) return query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <Loading />
  if (rows.length === 0) return <EmptyState title={t('loop.empty.title')} hint={t('loop.empty.hint')} />
  return (
    <>
      <RoundsChart rounds={rows} />
      <Section title={t('loop.rounds')} testid="loop-rounds">
        <ol className={styles.timeline}>
          {rows.map((row, place) => (
            <RoundEntry key={row.id} project={project} round={row} newest={place === 0} />
          ))}
        </ol>
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('list.more')}
          </Button>
        )}
      </Section>
    </>
  )
}
