import { PROMPT_STATES, type Figures } from '@/api/prompts'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './data.module.css'

interface Props {
  states: Figures['states']
  value: string | null
  onChange: (state: string | null) => void
}

/** How many prompts stand in each state, in the order of their way; pressing one filters the list by it. */
export function StateFunnel({ states, value, onChange }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const total = Object.values(states).reduce((sum, count) => sum + count, 0)
  const steps = [
    { state: null, label: t('data.all'), count: total },
    ...PROMPT_STATES.map((state) => ({ state, label: t(`states.prompt.${state}`), count: states[state] ?? 0 })),
  ]
  return (
    <div className={styles.funnel} role="group" aria-label={t('data.funnel')}>
      {steps.map(({ state, label, count }) => (
        <button
          key={label}
          type="button"
          className={styles.step}
          aria-pressed={state === value}
          onClick={() => onChange(state)}
          data-testid={`funnel-${state ?? 'all'}`}
        >
          <span className={styles.stepLabel}>{label}</span>
          <span className={styles.stepCount}>{format.integer(count)}</span>
          <span className={styles.stepTrack} aria-hidden="true">
            <span className={styles.stepBar} style={{ width: `${total > 0 ? (count / total) * 100 : 0}%` }} />
          </span>
        </button>
      ))}
    </div>
  )
}
