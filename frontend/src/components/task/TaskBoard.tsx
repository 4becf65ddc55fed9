import type { Answer, Assignment } from '@/api/assignments'
import { adoptScores, contradictions, decide, missing, pendingPair, toggleDiscard } from '@/lib/ordering'
import { lazy, Suspense, useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ActiveClock } from './activeClock'
import type { Command } from './commands'
import { GuidelinePanel } from './GuidelinePanel'
import { OrderBar } from './OrderBar'
import { PromptPanel } from './PromptPanel'
import { ResponseColumn } from './ResponseColumn'
import { SubmitBar } from './SubmitBar'
import { TaskHeader } from './TaskHeader'
import { useCommands } from './useCommands'
import { usePreference } from './usePreference'
import { useMissingText } from './useMissingText'
import { useTask } from './useTask'
import styles from './task.module.css'

const HelpDialog = lazy(() => import('./HelpDialog'))

interface Props {
  assignment: Assignment
  user: number
  clock: ActiveClock
  /** Where this task stands among others: a day's count, an exam's */
  standing: ReactNode
  /** Stands beside the task for as long as the task is on the page */
  aside?: ReactNode
  /** The answer is on its way: a second press sends nothing */
  pending?: boolean
  onSubmit: (answer: Answer, orderText: string) => void
  /** The dialogue that gives the task back; without it, a task cannot be skipped */
  skipDialog?: (close: () => void) => ReactNode
}

/** One task from its first look to its answer: reading, scoring, ordering, by keyboard or pointer. */
export function TaskBoard({ assignment, user, clock, standing, aside, pending = false, onSubmit, skipDialog }: Props) {
  const { t } = useTranslation()
  const task = useTask(assignment, user, clock)
  const [view, setView] = usePreference('view', ['columns', 'stacked'])
  const [guideline, setGuideline] = usePreference('guideline', ['closed', 'open'])
  const [promptOpen, setPromptOpen] = useState(true)
  const [raw, setRaw] = useState(false)
  const [dialog, setDialog] = useState<'help' | 'skip' | null>(null)
  const [told, setTold] = useState(false)
  const notes = useRef<HTMLTextAreaElement>(null)
  const missingText = useMissingText(task)

  const { ordering } = task
  const disputed = contradictions(ordering)
  const asked = pendingPair(ordering)

  const focusFirst = useEffectEvent(() => task.focus(0))
  useEffect(() => focusFirst(), [])

  const submit = () => {
    if (pending) return
    const answer = task.answer()
    if (answer) {
      onSubmit(answer, task.text())
      return
    }
    setTold(true)
    const unscored = missing(ordering).unscored[0]
    if (unscored !== undefined) task.focus(ordering.responses.indexOf(unscored))
  }

  const act = (command: Command) => {
    const focusedId = ordering.responses[task.focused]
    switch (command.name) {
      case 'score':
        return task.score(task.focused, command.score)
      case 'verdict':
        return task.setOrdering(decide(ordering, command.verdict))
      case 'move':
        return task.focus(Math.max(0, Math.min(task.focused + command.step, ordering.responses.length - 1)))
      case 'discard':
        return focusedId !== undefined && task.setOrdering(toggleDiscard(ordering, focusedId))
      case 'adopt':
        return disputed.length > 0 && task.setOrdering(adoptScores(ordering))
      case 'guideline':
        return setGuideline(guideline === 'open' ? 'closed' : 'open')
      case 'notes':
        return notes.current?.focus()
      case 'raw':
        return setRaw(!raw)
      case 'view':
        return setView(view === 'columns' ? 'stacked' : 'columns')
      case 'prompt':
        return setPromptOpen(!promptOpen)
      case 'help':
        return setDialog('help')
      case 'skip':
        return skipDialog && setDialog('skip')
      case 'submit':
        return submit()
    }
  }
  useCommands(dialog === null, act)

  return (
    <>
      <TaskHeader
        assignment={assignment}
        clock={clock}
        standing={standing}
        task={task}
        raw={raw}
        view={view}
        guidelineOpen={guideline === 'open'}
        onCommand={act}
      />
      <div className={styles.middle}>
        <div className={styles.reading}>
          <PromptPanel prompt={assignment.prompt} open={promptOpen} raw={raw} onToggle={() => setPromptOpen(!promptOpen)} />
          <div className={view === 'columns' ? styles.columns : styles.stacked}>
            {assignment.responses.map((response, index) => (
              <ResponseColumn
                key={response.id}
                index={index}
                text={response.text}
                raw={raw}
                id={response.id}
                task={task}
                asked={asked?.includes(response.id) ?? false}
                disputed={disputed.some(({ higherScored, lowerScored }) => [higherScored, lowerScored].includes(response.id))}
              />
            ))}
          </div>
        </div>
        {aside}
        {guideline === 'open' && <GuidelinePanel category={assignment.category} onClose={() => setGuideline('closed')} />}
      </div>
      <footer className={styles.bottom} aria-label={t('task.order.label')}>
        <OrderBar task={task} />
        <SubmitBar
          task={task}
          notesRef={notes}
          problem={told ? missingText : null}
          pending={pending}
          onSkip={skipDialog && (() => setDialog('skip'))}
          onSubmit={submit}
        />
      </footer>
      <Suspense>
        {dialog === 'help' && <HelpDialog skippable={skipDialog !== undefined} onClose={() => setDialog(null)} />}
        {dialog === 'skip' && skipDialog?.(() => setDialog(null))}
      </Suspense>
    </>
  )
}
