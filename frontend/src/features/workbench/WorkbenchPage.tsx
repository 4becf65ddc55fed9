import { useSession } from '@/api/session'
import { preloadFormulas, preloadRenderers } from '@/components/ResponseText'
import { useProjectId } from '@/lib/useProjectId'
import { useEffect } from 'react'
import { Elsewhere } from './Elsewhere'
import { GuidelineChange } from './GuidelineChange'
import { NoTask } from './NoTask'
import { Notices } from './Notices'
import { leaseOf } from './queue'
import { Stage } from './Stage'
import { TaskView } from './TaskView'
import { BreakReminder } from './BreakReminder'
import { useRest } from './useRest'
import { useTakeBack } from './useTakeBack'
import { useTab } from './useTab'
import { useWork } from './useWork'
import styles from './workbench.module.css'

// On their way while the first task still is.
preloadRenderers()

/** The task at hand and the next one, which is rendered ahead. */
const STAGED = 2

export default function WorkbenchPage() {
  const project = useProjectId()
  const { user } = useSession()
  if (project === null || !user) return null
  return <Workbench key={`${project}:${user.id}`} project={project} user={user.id} />
}

interface Props {
  project: number
  user: number
}

/** Work that went on in another tab is taken up from what that one left behind. */
function Workbench({ project, user }: Props) {
  const { live, turn, taking, takeOver } = useTab(project, user)
  if (!live) return <Elsewhere taking={taking} onTakeOver={takeOver} />
  return <LiveWorkbench key={turn} project={project} user={user} />
}

function LiveWorkbench({ project, user }: Props) {
  const { work, clock, state, submissions } = useWork(project, user)
  const takeBack = useTakeBack(work)
  useEffect(preloadFormulas, [])
  const rest = useRest(clock)
  const assignment = state.queue[0]
  return (
    <div className={styles.page}>
      <Notices work={work} lost={state.lost} submissions={submissions} takeBack={takeBack} />
      <BreakReminder breaks={rest.breaks} />
      {assignment && <GuidelineChange key={assignment.category.id} assignment={assignment} />}
      {state.queue.slice(0, STAGED).map((queued) => (
        <Stage key={leaseOf(queued)} shown={queued === assignment}>
          <TaskView
            assignment={queued}
            user={user}
            work={work}
            clock={clock}
            standing={state.standing}
            submissions={submissions}
            takeBack={takeBack}
            rest={rest}
            sent={state.sent}
          />
        </Stage>
      ))}
      {!assignment && (
        <NoTask project={project} state={state} unsent={submissions.length} onRefresh={() => void work.claim()} />
      )}
    </div>
  )
}
