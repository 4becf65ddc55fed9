import { useFormat } from '@/lib/format'
import styles from './Share.module.css'

/** A share of 1 as a small bar with its figure; `scale` is the share that fills the bar. */
export function Share({ value, scale = 1 }: { value: number | null; scale?: number }) {
  const format = useFormat()
  return (
    <span className={styles.share}>
      <span className={styles.track} aria-hidden="true">
        <span className={styles.bar} style={{ width: `${Math.min(1, (value ?? 0) / scale) * 100}%` }} />
      </span>
      {format.percent(value)}
    </span>
  )
}
