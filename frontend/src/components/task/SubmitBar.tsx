import { isComposing } from '@/lib/keyboard'
import { Button } from 'antd'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { Task } from './useTask'
import styles from './task.module.css'

const SUBMIT_KEY = navigator.userAgent.includes('Mac') ? '⌘ Enter' : 'Ctrl Enter'

interface Props {
  task: Task
  notesRef: RefObject<HTMLTextAreaElement | null>
  /** Nothing stands against handing it in */
  ready: boolean
  /** Why the last try to submit did nothing */
  problem: string | null
  pending: boolean
  /** Absent where the task cannot be skipped */
  onSkip?: () => void
  onSubmit: () => void
}

export function SubmitBar({ task, notesRef, ready, problem, pending, onSkip, onSubmit }: Props) {
  const { t } = useTranslation()
  return (
    <div className={styles.submitBar}>
      <textarea
        ref={notesRef}
        className={styles.notes}
        rows={1}
        maxLength={10_000}
        value={task.notes}
        onChange={(event) => task.setNotes(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !isComposing(event.nativeEvent)) task.focus(task.focused)
        }}
        placeholder={t('task.notes')}
        aria-label={t('task.notes')}
        data-testid="notes"
      />
      <span className={styles.problem} role="status" data-testid="problem">
        {problem}
      </span>
      <Button
        danger={task.noneAcceptable}
        aria-pressed={task.noneAcceptable}
        title={t('task.none.hint')}
        onClick={() => task.change({ noneAcceptable: !task.noneAcceptable })}
        data-testid="none"
      >
        {task.noneAcceptable && '✓ '}
        {t('task.none.label')} <kbd>u</kbd>
      </Button>
      {onSkip && (
        <Button onClick={onSkip} data-testid="skip">
          {t('task.skip')}
        </Button>
      )}
      <Button
        type={ready ? 'primary' : 'default'}
        className={ready ? undefined : styles.notReady}
        aria-disabled={!ready}
        loading={pending}
        onClick={onSubmit}
        data-testid="submit"
      >
        {t('task.submit')} <kbd>{SUBMIT_KEY}</kbd>
      </Button>
    </div>
  )
}
