import { hueAt, letterAt } from '@/lib/hues'
import styles from './LetterBadge.module.css'

/** The letter of a response on its hue, the same wherever that response appears. `index`: its display position. */
export function LetterBadge({ index }: { index: number }) {
  return (
    <span className={styles.badge} style={{ background: hueAt(index) }}>
      {letterAt(index)}
    </span>
  )
}
