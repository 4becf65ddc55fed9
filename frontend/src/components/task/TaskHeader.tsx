import type { Assignment } from '@/api/assignments'
import { Button } from 'antd'
import { useSyncExternalStore, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ActiveClock } from './activeClock'
import type { Command } from './commands'
import type { Task } from './useTask'
import styles from './task.module.css'

interface Props {
  assignment: Assignment
  clock: ActiveClock
  standing: ReactNode
  task: Task
  raw: boolean
  view: 'columns' | 'stacked'
  guidelineOpen: boolean
  onCommand: (command: Command) => void
}

export function TaskHeader({ assignment, clock, standing, task, raw, view, guidelineOpen, onCommand }: Props) {
  const { t } = useTranslation()
  const tool = (name: 'raw' | 'view' | 'guideline' | 'help', label: string, pressed?: boolean) => (
    <Button
      size="small"
      type={pressed ? 'default' : 'text'}
      aria-pressed={pressed}
      onClick={() => onCommand({ name })}
      data-testid={`tool-${name}`}
    >
      {label}
    </Button>
  )
  return (
    <div className={styles.header} data-testid="task" data-assignment={assignment.id}>
      <strong>{assignment.category.path.join(' / ')}</strong>
      <span className={styles.quiet}>{t('task.number', { number: assignment.prompt.number })}</span>
      {standing}
      <Timer clock={clock} />
      <span className={styles.grow} />
      <span className={styles.quiet} role="status" data-testid="draft-state">
        {draftState(task, t)}
      </span>
      {tool('raw', t('task.tool.raw'), raw)}
      {tool('view', t(`task.tool.${view === 'columns' ? 'stack' : 'columns'}`))}
      {tool('guideline', t('task.tool.guideline'), guidelineOpen)}
      {tool('help', t('task.tool.help'))}
    </div>
  )
}

function draftState(task: Task, t: (key: string) => string): string {
  if (task.kept === false) return t('task.draft.notKept')
  if (task.kept) return t('task.draft.kept')
  return task.restored ? t('task.draft.restored') : ''
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
