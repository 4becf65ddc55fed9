import type { Answer, Assignment, FaultKind } from '@/api/assignments'
import { ErrorBoundary } from '@/components/ErrorBoundary'
import { contradictions, missing, pendingPair } from '@/lib/ordering'
import { lazy, Suspense, useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ActiveClock } from './activeClock'
import type { Command } from './commands'
import { DraftChoice } from './DraftChoice'
import { judge } from './judging'
import { OrderBar } from './OrderBar'
import type { PanelExits } from './PanelFrame'
import { PromptPanel } from './PromptPanel'
import { ResponseColumn } from './ResponseColumn'
import { SidePanel } from './SidePanel'
import { SubmitBar } from './SubmitBar'
import { TaskHeader } from './TaskHeader'
import { useCommands } from './useCommands'
import { useDialog } from './useDialog'
import { useLook } from './useLook'
import { useMarking } from './useMarking'
import { useMissingText } from './useMissingText'
import { usePanel } from './usePanel'
import { useTask } from './useTask'
import styles from './task.module.css'

const HelpDialog = lazy(() => import('./HelpDialog'))

interface Props {
  assignment: Assignment
  user: number
  clock: ActiveClock
  /** What spans can be marked with; without any, nothing is marked */
  faultKinds?: readonly FaultKind[]
  /** Where this task stands among others: a day's count, an exam's */
  standing: ReactNode
  /** Stands beside the task for as long as the task is on the page */
  aside?: ReactNode
  /** The answer is on its way: a second press sends nothing */
  pending?: boolean
  onSubmit: (answer: Answer, orderText: string) => void
  /** Undo where nothing of this task is left to undo: takes the last submission back */
  onUndoSubmit?: () => void
  /** The dialogue that gives the task back; without it, a task cannot be skipped */
  skipDialog?: (close: () => void) => ReactNode
  /** The panel of one's own day; without it, there is none */
  recent?: (exits: PanelExits) => ReactNode
}

const NO_KINDS: readonly FaultKind[] = []
const PANELS = ['diff', 'evidence', 'guideline'] as const

/** One task from its first look to its answer: reading, scoring, ordering, by keyboard or pointer. */
export function TaskBoard(props: Props) {
  const { assignment, user, clock, faultKinds = NO_KINDS, standing, aside, pending = false, recent } = props
  const { t } = useTranslation()
  const task = useTask(assignment, user, clock)
  const look = useLook()
  const { ordering } = task
  const disputed = contradictions(ordering)
  const asked = pendingPair(ordering)
  const panel = usePanel({
    count: ordering.responses.length,
    asked: asked && [ordering.responses.indexOf(asked[0]), ordering.responses.indexOf(asked[1])],
    hasRecent: recent !== undefined,
  })
  const marking = useMarking(assignment, task, faultKinds)
  const [dialog, showDialog, closeDialog] = useDialog<'help' | 'skip'>()
  const [told, setTold] = useState(false)
  const notes = useRef<HTMLTextAreaElement>(null)
  const missingText = useMissingText(task)

  const focusFirst = useEffectEvent(() => task.focus(0))
  useLayoutEffect(() => focusFirst(), [])

  const submit = () => {
    if (pending) return
    const answer = missingText === null ? task.answer() : null
    if (answer) {
      props.onSubmit(answer, task.text())
      return
    }
    setTold(true)
    const unscored = missing(ordering).unscored[0]
    if (unscored !== undefined) task.focus(ordering.responses.indexOf(unscored))
  }

  const act = (command: Command) => {
    if (look.act(command) || marking.act(command) || panel.act(command) || judge(command, task)) return
    switch (command.name) {
      case 'undo':
        if (task.canUndo) return task.undo()
        // A key held down must not take back one submission after the other.
        return command.held ? undefined : props.onUndoSubmit?.()
      case 'redo':
        return task.redo()
      case 'notes':
        return notes.current?.focus()
      case 'help':
        return showDialog('help')
      case 'skip':
        return props.skipDialog && showDialog('skip')
      case 'submit':
        return submit()
    }
  }
  useCommands(dialog === null, act)
  const keyless = [...(props.skipDialog ? [] : ['skip']), ...(recent === undefined ? ['recent'] : [])]

  return (
    <div className={styles.board} style={look.style} data-view={look.view}>
      <TaskHeader
        assignment={assignment}
        clock={clock}
        standing={standing}
        task={task}
        look={look}
        panel={panel.open}
        panels={recent === undefined ? PANELS : [...PANELS, 'recent']}
        onCommand={act}
      />
      <DraftChoice task={task} />
      <div className={styles.middle}>
        <div className={styles.reading}>
          <PromptPanel prompt={assignment.prompt} look={look} />
          {marking.findBar}
          <div className={look.view === 'columns' ? styles.columns : styles.stacked} {...look.syncProps}>
            {assignment.responses.map((response, index) => (
              <ResponseColumn
                key={response.id}
                index={index}
                response={response}
                raw={look.raw}
                task={task}
                marking={marking}
                asked={asked?.includes(response.id) ?? false}
                disputed={disputed.some(({ higherScored, lowerScored }) => [higherScored, lowerScored].includes(response.id))}
              />
            ))}
          </div>
        </div>
        {marking.panel}
        <div className={styles.sides}>
          {aside}
          <SidePanel panel={panel} assignment={assignment} task={task} recent={recent} />
        </div>
      </div>
      <footer className={styles.bottom} aria-label={t('task.order.label')}>
        <OrderBar task={task} />
        <SubmitBar
          task={task}
          notesRef={notes}
          ready={missingText === null}
          problem={told ? missingText : null}
          pending={pending}
          onSkip={props.skipDialog && (() => showDialog('skip'))}
          onSubmit={submit}
        />
      </footer>
      <ErrorBoundary key={dialog} fallback={<Shut onShut={closeDialog} />}>
        <Suspense>
          {dialog === 'help' && <HelpDialog without={keyless} onClose={closeDialog} />}
          {dialog === 'skip' && props.skipDialog?.(closeDialog)}
        </Suspense>
      </ErrorBoundary>
    </div>
  )
}

/** In place of a dialogue that could not be loaded: the keys belong to the task again. */
function Shut({ onShut }: { onShut: () => void }) {
  const shut = useEffectEvent(onShut)
  useEffect(() => shut(), [])
  return null
}
