import { useSession } from '@/api/session'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { preloadRenderers } from '@/components/ResponseText'
import { useProjectId } from '@/lib/useProjectId'
import { Button } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Notices } from './Notices'
import { leaseOf } from './queue'
import { TaskView } from './TaskView'
import { useWork } from './useWork'
import styles from './workbench.module.css'

export default function WorkbenchPage() {
  const project = useProjectId()
  const { user } = useSession()
  useEffect(preloadRenderers, [])
  if (project === null || !user) return null
  return <Workbench key={`${project}:${user.id}`} project={project} user={user.id} />
}

function Workbench({ project, user }: { project: number; user: number }) {
  const { work, clock, state, submissions } = useWork(project, user)
  const assignment = state.queue[0]
  return (
    <div className={styles.page}>
      <Notices work={work} lost={state.lost} submissions={submissions} />
      {assignment ? (
        <TaskView
          key={leaseOf(assignment)}
          assignment={assignment}
          user={user}
          work={work}
          clock={clock}
          standing={state.standing}
          unsent={submissions.filter((item) => item.state !== 'refused').length}
        />
      ) : (
        <NoTask state={state} unsent={submissions.length} onRefresh={() => void work.claim()} />
      )}
    </div>
  )
}

interface NoTaskProps {
  state: ReturnType<typeof useWork>['state']
  unsent: number
  onRefresh: () => void
}

/** Nothing at hand: still asking, failed to ask, or nothing to do and why. */
function NoTask({ state, unsent, onRefresh }: NoTaskProps) {
  const { t } = useTranslation()
  const { claimError, claiming, standing } = state
  if (claimError) return <ErrorState error={claimError} onRetry={onRefresh} />
  if (!standing || (claiming && !standing.whyNone) || (unsent > 0 && !standing.whyNone)) return <Loading />
  const why = standing.whyNone ?? 'none_left'
  return (
    <EmptyState title={t(`workbench.none.${why}.title`)} hint={t(`workbench.none.${why}.hint`)}>
      <p>{t('workbench.today', { done: standing.today, target: standing.target })}</p>
      <Button onClick={onRefresh} loading={claiming} data-testid="refresh">
        {t('workbench.none.refresh')}
      </Button>
    </EmptyState>
  )
}
