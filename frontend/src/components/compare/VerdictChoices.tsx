import type { Verdict } from '@/lib/ranking'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'

interface Props {
  /** What the passes said, in their order */
  said: readonly Verdict[]
  chosen: Verdict | undefined
  text: (verdict: Verdict) => string
  /** Whether every verdict is on offer */
  other: boolean
  onOther: () => void
  onChoose: (verdict: Verdict) => void
}

const EVERY = [
  { key: 'G', verdict: 'a' },
  { key: 'B', verdict: 'b' },
  { key: 'S', verdict: 'equal' },
] as const

/** The verdicts of the passes under 1 and 2, and under 3 any verdict at all. */
export function VerdictChoices({ said, chosen, text, other, onOther, onChoose }: Props) {
  const { t } = useTranslation()
  const elsewhere = chosen !== undefined && !said.includes(chosen)
  const choice = (label: string, verdict: Verdict, testid: string) => (
    <Button
      key={testid}
      size="small"
      type={chosen === verdict ? 'primary' : 'default'}
      aria-pressed={chosen === verdict}
      onClick={() => onChoose(verdict)}
      data-testid={testid}
    >
      {chosen === verdict && '✓ '}
      {text(verdict)} <kbd>{label}</kbd>
    </Button>
  )
  return (
    <span className={styles.choices}>
      {other
        ? EVERY.map(({ key, verdict }) => choice(key, verdict, `choose-${verdict}`))
        : said.map(
            (verdict, index) =>
              said.indexOf(verdict) === index && choice(String(index + 1), verdict, `take-pass-${index + 1}`),
          )}
      {!other && (
        <Button size="small" type={elsewhere ? 'primary' : 'default'} onClick={onOther} data-testid="choose-other">
          {elsewhere ? `✓ ${text(chosen)}` : t('qa.other')} <kbd>3</kbd>
        </Button>
      )}
    </span>
  )
}
