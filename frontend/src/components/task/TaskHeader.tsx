import type { Assignment } from '@/api/assignments'
import { useSyncExternalStore, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ActiveClock } from './activeClock'
import type { Command } from './commands'
import { DraftStatus } from './DraftStatus'
import type { Panel, PanelName } from './usePanel'
import { TaskTools } from './TaskTools'
import type { Look } from './useLook'
import type { Task } from './useTask'
import styles from './task.module.css'

interface Props {
  assignment: Assignment
  clock: ActiveClock
  standing: ReactNode
  task: Task
  look: Look
  panel: Panel['open']
  /** Those that can be opened */
  panels: readonly PanelName[]
  onCommand: (command: Command) => void
}

export function TaskHeader({ assignment, clock, standing, task, look, panel, panels, onCommand }: Props) {
  const { t } = useTranslation()
  return (
    <div className={styles.header} data-testid="task" data-assignment={assignment.id}>
      <h1 className={styles.category}>{assignment.category.path.join(' / ')}</h1>
      <span className={styles.quiet}>{t('task.number', { number: assignment.prompt.number })}</span>
      {standing}
      <Timer clock={clock} />
      <span className={styles.grow} />
      <DraftStatus task={task} />
      <TaskTools look={look} panel={panel} panels={panels} onCommand={onCommand} />
    </div>
  )
}

/** Active time on this task. On its own, so that its tick repaints nothing else. */
function Timer({ clock }: { clock: ActiveClock }) {
  const { t } = useTranslation()
  const seconds = Math.floor(useSyncExternalStore(clock.subscribe, () => Math.floor(clock.read())))
  const two = (value: number) => String(value).padStart(2, '0')
  return (
    <span className={styles.timer} title={t('task.timer')} data-testid="timer">
      {two(Math.floor(seconds / 60))}:{two(seconds % 60)}
    </span>
  )
}
