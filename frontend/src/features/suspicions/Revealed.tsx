import type { SuspicionDecided } from '@/api/colleague'
import { verdictText } from '@/components/compare/verdicts'
import { useFormat } from '@/lib/format'
import type { Verdict } from '@/lib/ranking'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './suspicions.module.css'

const A = 0
const B = 1

/** What stood of a pair, once somebody has answered: the votes, what the models expected, and why it was asked. */
export function Revealed({ decided, onNext }: { decided: SuspicionDecided; onNext: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const overruled = decided.state === 'overruled'
  return (
    <div className={styles.revealed} data-testid="suspicion-revealed" data-state={decided.state}>
      <p role="status">
        <strong>{t(overruled ? 'suspicions.overruled' : 'suspicions.upheld')}</strong>{' '}
        {t('suspicions.said', { ours: verdictText(A, B, decided.verdict), theirs: verdictText(A, B, decided.standing) })}
      </p>
      <dl className={styles.facts}>
        <div>
          <dt>{t('suspicions.votes')}</dt>
          <dd>{counted(decided.votes).map(({ pass, verdict, n }) => (
            <span key={`${pass} ${verdict}`}>
              {t('suspicions.vote', { pass, verdict: verdictText(A, B, verdict), n })}
            </span>
          ))}</dd>
        </div>
        <div>
          <dt>{t('suspicions.expected')}</dt>
          <dd>
            {(['a', 'equal', 'b'] as const).map((verdict) => (
              <span key={verdict}>
                {verdictText(A, B, verdict)} {format.percent(decided.chances[verdict])}
              </span>
            ))}
          </dd>
        </div>
        <div>
          <dt>{t('suspicions.why')}</dt>
          <dd>
            {decided.rank !== null && (
              <span>{t('suspicions.ranked', { rank: decided.rank, error: format.percent(decided.expected_error) })}</span>
            )}
            {decided.control && <span>{t('suspicions.control')}</span>}
          </dd>
        </div>
      </dl>
      <Button type="primary" onClick={onNext} data-testid="suspicion-next">
        {t('suspicions.next')} <kbd>J</kbd>
      </Button>
    </div>
  )
}

/** The votes by pass and verdict: the same pair stands in several tasks. */
function counted(votes: SuspicionDecided['votes']): { pass: number; verdict: Verdict; n: number }[] {
  const found = new Map<string, { pass: number; verdict: Verdict; n: number }>()
  for (const { pass_number, verdict } of votes) {
    const key = `${pass_number} ${verdict}`
    const before = found.get(key)
    found.set(key, { pass: pass_number ?? 0, verdict, n: (before?.n ?? 0) + 1 })
  }
  return [...found.values()]
}
