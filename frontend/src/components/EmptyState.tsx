import { useContext, type ReactNode } from 'react'
import { InPage } from './inPage'
import styles from './states.module.css'

/** Nothing to show: says so, and what to do next. Children hold the button or link to do it. */
export function EmptyState({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  const Heading = useContext(InPage) ? 'h2' : 'h1'
  return (
    <div className={styles.state} data-testid="empty-state">
      <Heading>{title}</Heading>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  )
}
