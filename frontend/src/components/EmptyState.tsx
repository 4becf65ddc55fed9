import type { ReactNode } from 'react'
import styles from './states.module.css'

/** Nothing to show: says so, and what to do next. Children hold the button or link to do it. */
export function EmptyState({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className={styles.state} data-testid="empty-state">
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  )
}
