import type { CallRun } from '@/api/calls'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './calls.module.css'
import { fromMicros } from './money'

/** How much of a run's budget is spent, may have been spent, and is set aside for what is under way. */
export function BudgetBar({ run }: { run: CallRun }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <div className={styles.budgets} data-testid="budget">
      <Bar
        label={t('calls.tokens')}
        limit={run.budget.tokens}
        parts={[run.spent.tokens, run.unsure.tokens, run.reserved.tokens]}
        show={format.integer}
      />
      <Bar
        label={t('calls.money')}
        limit={run.budget.micros}
        parts={[run.spent.micros, run.unsure.micros, run.reserved.micros]}
        show={(micros) => format.measure(fromMicros(micros))}
      />
    </div>
  )
}

interface BarProps {
  label: string
  limit: number | null
  parts: [spent: number, unsure: number, reserved: number]
  show: (amount: number) => string
}

function Bar({ label, limit, parts, show }: BarProps) {
  const { t } = useTranslation()
  const [spent, unsure, reserved] = parts
  const whole = Math.max(limit ?? 0, spent + unsure + reserved, 1)
  return (
    <div className={styles.budget}>
      <span>
        {label} <strong>{show(spent)}</strong>
        {limit === null ? ` · ${t('calls.noLimit')}` : ` / ${show(limit)}`}
      </span>
      <span className={styles.track} aria-hidden="true">
        <span className={styles.spent} style={{ width: `${(spent / whole) * 100}%` }} />
        <span className={styles.unsure} style={{ width: `${(unsure / whole) * 100}%` }} />
        <span className={styles.reserved} style={{ width: `${(reserved / whole) * 100}%` }} />
      </span>
      <small className={styles.rest}>
        {reserved > 0 && t('calls.reserved', { amount: show(reserved) })}
        {unsure > 0 && ` ${t('calls.unsure', { amount: show(unsure) })}`}
      </small>
    </div>
  )
}
