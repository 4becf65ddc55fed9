import { useTranslation } from 'react-i18next'
import type { Task } from './useTask'
import styles from './task.module.css'

/** How far the draft is saved. Only trouble is read out: the rest changes with every key. */
export function DraftStatus({ task: { draft } }: { task: Task }) {
  const { t } = useTranslation()
  const trouble = draft === 'waiting' || draft === 'local' || draft === 'unkept'
  return (
    <span className={styles.quiet} aria-live={trouble ? 'polite' : 'off'} data-state={draft} data-testid="draft-state">
      {draft !== 'none' && t(`draft.state.${draft}`)}
    </span>
  )
}
