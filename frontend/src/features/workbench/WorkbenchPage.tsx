import { useSession } from '@/api/session'
import { preloadRenderers } from '@/components/ResponseText'
import { useProjectId } from '@/lib/useProjectId'
import { useEffect } from 'react'
import { GuidelineChange } from './GuidelineChange'
import { NoTask } from './NoTask'
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
      {assignment && <GuidelineChange key={assignment.category.id} assignment={assignment} />}
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
        <NoTask project={project} state={state} unsent={submissions.length} onRefresh={() => void work.claim()} />
      )}
    </div>
  )
}
