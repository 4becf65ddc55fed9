import { useFormat } from '@/lib/format'
import styles from './models.module.css'

interface Props {
  value: number | null | undefined
  /** The 95% interval [low, high], where there is one */
  interval?: readonly number[] | null
}

/** A figure with its 95% interval below it. */
export function Interval({ value, interval }: Props) {
  const format = useFormat()
  const [low, high] = interval ?? []
  return (
    <span className={styles.estimate}>
      {format.score(value)}
      {low !== undefined && high !== undefined && (
        <small>
          {format.score(low)}–{format.score(high)}
        </small>
      )}
    </span>
  )
}
