import type { Assignment } from '@/api/assignments'
import type { ActiveClock } from '@/components/task/activeClock'
import { TaskBoard } from '@/components/task/TaskBoard'
import { lazy } from 'react'
import { useTranslation } from 'react-i18next'
import { ReturnedPanel } from './ReturnedPanel'
import type { Work, WorkState } from './work'

const SkipDialog = lazy(() => import('./SkipDialog'))

interface Props {
  assignment: Assignment
  user: number
  work: Work
  clock: ActiveClock
  standing: WorkState['standing']
  unsent: number
}

/** The task at hand, beside it why it came back where it did. */
export function TaskView({ assignment, user, work, clock, standing, unsent }: Props) {
  const { t } = useTranslation()
  const { returned } = assignment
  return (
    <TaskBoard
      assignment={assignment}
      user={user}
      clock={clock}
      standing={
        standing && (
          <span data-testid="today">{t('workbench.today', { done: standing.today + unsent, target: standing.target })}</span>
        )
      }
      aside={returned && <ReturnedPanel returned={returned} responses={assignment.responses} />}
      onSubmit={(answer, orderText) => work.submit(assignment, answer, orderText)}
      skipDialog={(close) => (
        <SkipDialog onClose={close} onSkip={(reason, note) => work.skip(assignment, reason, note)} />
      )}
    />
  )
}
