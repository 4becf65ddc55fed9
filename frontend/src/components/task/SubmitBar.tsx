import { isComplete } from '@/lib/ordering'
import { Button } from 'antd'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { Task } from './useTask'
import styles from './task.module.css'

const SUBMIT_KEY = navigator.userAgent.includes('Mac') ? '⌘ Enter' : 'Ctrl Enter'

interface Props {
  task: Task
  notesRef: RefObject<HTMLTextAreaElement | null>
  /** Why the last try to submit did nothing */
  problem: string | null
  pending: boolean
  /** Absent where the task cannot be skipped */
  onSkip?: () => void
  onSubmit: () => void
}

export function SubmitBar({ task, notesRef, problem, pending, onSkip, onSubmit }: Props) {
  const { t } = useTranslation()
  const ready = isComplete(task.ordering)
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
          if (event.key === 'Escape' && !event.nativeEvent.isComposing) task.focus(task.focused)
        }}
        placeholder={t('task.notes')}
        aria-label={t('task.notes')}
        data-testid="notes"
      />
      <span className={styles.problem} role="status" data-testid="problem">
        {problem}
      </span>
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
