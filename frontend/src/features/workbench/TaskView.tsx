import type { Assignment } from '@/api/assignments'
import type { ActiveClock } from '@/components/task/activeClock'
import { TaskBoard } from '@/components/task/TaskBoard'
import { lazy } from 'react'
import { useTranslation } from 'react-i18next'
import { ReturnedPanel } from './ReturnedPanel'
import type { Submission } from './outbox'
import { SubmitState } from './SubmitState'
import type { Rest } from './useRest'
import type { TakeBack } from './useTakeBack'
import type { Work, WorkState } from './work'

const SkipDialog = lazy(() => import('./SkipDialog'))
const TodayPanel = lazy(() => import('./TodayPanel'))

interface Props {
  assignment: Assignment
  user: number
  work: Work
  clock: ActiveClock
  standing: WorkState['standing']
  submissions: readonly Submission[]
  takeBack: TakeBack
  rest: Rest
  /** The server has taken an answer since the page was opened */
  sent: boolean
}

/** The task at hand, beside it why it came back where it did. */
export function TaskView({ assignment, user, work, clock, standing, submissions, takeBack, rest, sent }: Props) {
  const { t } = useTranslation()
  const { returned } = assignment
  const unsent = submissions.filter((item) => item.state !== 'refused')
  return (
    <TaskBoard
      assignment={assignment}
      user={user}
      clock={clock}
      faultKinds={standing?.faultKinds}
      standing={
        <>
          {standing && (
            <span data-testid="today">{t('workbench.today', { done: standing.today + unsent.length, target: standing.target })}</span>
          )}
          <SubmitState submissions={submissions} sent={sent} />
        </>
      }
      aside={returned && <ReturnedPanel returned={returned} own={assignment.previous !== null} responses={assignment.responses} />}
      recent={(exits) => (
        <TodayPanel
          project={assignment.project}
          unsent={unsent}
          rest={rest}
          onTakeBack={takeBack.takeBack}
          {...exits}
        />
      )}
      onUndoSubmit={takeBack.undoSubmit}
      onSubmit={(answer, orderText) => work.submit(assignment, answer, orderText)}
      skipDialog={(close) => (
        <SkipDialog onClose={close} onSkip={(reason, note) => work.skip(assignment, reason, note)} />
      )}
    />
  )
}
