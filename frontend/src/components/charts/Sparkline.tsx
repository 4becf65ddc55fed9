import styles from './Sparkline.module.css'

const WIDTH = 84
const HEIGHT = 20

interface Props {
  values: readonly number[]
  /** What it shows, with its figures, for readers who cannot see it */
  label: string
}

/** A few counts as small bars, the last one today; no axis, so `label` says what they are. */
export function Sparkline({ values, label }: Props) {
  const highest = Math.max(1, ...values)
  const step = WIDTH / Math.max(1, values.length)
  return (
    <svg className={styles.spark} width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <title>{label}</title>
      <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {values.map((value, index) => {
        const height = value === 0 ? 0 : Math.max(1.5, (value / highest) * (HEIGHT - 2))
        return <rect key={index} x={index * step} y={HEIGHT - 1 - height} width={Math.max(1, step - 1)} height={height} />
      })}
    </svg>
  )
}
