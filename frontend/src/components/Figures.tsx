import type { ReactNode } from 'react'
import { Link } from 'react-router'
import styles from './Figures.module.css'

interface FigureProps {
  label: string
  value: ReactNode
  /** Where its rows are */
  to?: string
  hint?: string
  testid?: string
}

/** A row of figures, each with its name; those with `to` lead to the rows they count. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className={styles.figures}>{children}</dl>
}

export function Figure({ label, value, to, hint, testid }: FigureProps) {
  return (
    <div className={styles.figure} title={hint} data-testid={testid}>
      <dt>{label}</dt>
      <dd>{to ? <Link to={to}>{value}</Link> : value}</dd>
    </div>
  )
}
