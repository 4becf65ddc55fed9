import type { PastDecision } from '@/api/disputes'
import styles from '@/components/compare/compare.module.css'
import { verdictText, type Position } from '@/components/compare/verdicts'
import { useFormat } from '@/lib/format'
import { letterAt } from '@/lib/hues'
import { useTranslation } from 'react-i18next'

interface Props {
  decisions: readonly PastDecision[]
  position: Position
}

/** What was decided, at which stage, why, by which clause, and whether the guideline was amended for it. */
export function PastDecisions({ decisions, position }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <section data-testid="decisions">
      <h3>{t('qa.decisions')}</h3>
      <ul className={styles.list}>
        {decisions.map((decision) => (
          <li key={decision.id}>
            <strong>{t(`qa.stage.${decision.by}`)}</strong>{' '}
            <span className={styles.quiet}>{format.dateTime(decision.at)}</span>
            <p>
              {decision.verdicts
                .map((row) => verdictText(position(row.response_a), position(row.response_b), row.verdict))
                .join(', ')}
            </p>
            {decision.discards.map(({ response, discarded }) => (
              <p key={response}>
                {letterAt(position(response))}: {t(discarded ? 'qa.discard.discard' : 'qa.discard.keep')}
              </p>
            ))}
            <p>
              {decision.clause && <code>{decision.clause}</code>} {decision.reason}
            </p>
            {decision.guideline_version !== null && (
              <p className={styles.quiet}>{t('qa.amend.madeFrom', { version: decision.guideline_version })}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
