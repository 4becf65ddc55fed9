import { useTitle } from '@/lib/useTitle'
import type { ReactNode } from 'react'
import { InPage } from './inPage'
import styles from './Page.module.css'

interface PageProps {
  title: ReactNode
  /** Stands beside the title: a state, a count */
  aside?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A page below the bar: its title with what can be done, and its sections. */
export function Page({ title, aside, actions, children }: PageProps) {
  useTitle(typeof title === 'string' ? title : null)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{title}</h1>
        {aside}
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      <InPage value>{children}</InPage>
    </div>
  )
}

interface SectionProps {
  title?: ReactNode
  actions?: ReactNode
  children: ReactNode
  testid?: string
}

export function Section({ title, actions, children, testid }: SectionProps) {
  return (
    <section className={styles.section} data-testid={testid}>
      {(title || actions) && (
        <div className={styles.sectionHead}>
          {title && <h2>{title}</h2>}
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  )
}
