import type { Discussion } from '@/api/discussions'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './discussion.module.css'

/** How far the passes agree now, against what is needed; the bar has a line where that is. */
export function Agreement({ discussion: { prompt, comparisons } }: { discussion: Discussion }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { agreement, threshold } = prompt
  const differing = comparisons.filter(({ same }) => !same).length
  const reached = agreement !== null && agreement >= threshold
  return (
    <span className={styles.agreement} role="status" data-testid="agreement" data-reached={reached} data-differing={differing}>
      <span className={styles.meter} aria-hidden>
        <span style={{ width: `${(agreement ?? 0) * 100}%` }} />
        <i style={{ left: `${threshold * 100}%` }} />
      </span>
      {reached && '✓ '}
      {t('discussion.agreementOf', { rate: format.percent(agreement), needed: format.percent(threshold) })}
    </span>
  )
}
