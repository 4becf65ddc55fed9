import type { DiscussionComparison, DiscussionVerdict } from '@/api/discussions'
import { comparisonKey, verdictText } from '@/components/compare/verdicts'
import { LetterBadge } from '@/components/LetterBadge'
import { useFormat } from '@/lib/format'
import type { Verdict } from '@/lib/ranking'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { othersVerdict, ownVerdict } from './agreeing'
import styles from './discussion.module.css'
import { ItemRow } from './ItemRow'
import type { DiscussionWork } from './useDiscussionWork'

interface Props {
  row: DiscussionComparison
  focused: boolean
  work: DiscussionWork
  position: (response: number) => number
}

/** One comparison: what each person holds and held before, and, in focus, the ways to settle it. */
export function DifferenceRow({ row, focused, work, position }: Props) {
  const { t } = useTranslation()
  const key = comparisonKey(row)
  const [a, b] = [position(row.response_a), position(row.response_b)]
  const text = (verdict: Verdict) => verdictText(a, b, verdict)
  return (
    <ItemRow
      focused={focused}
      quiet={row.same}
      testid={`difference-${key.replaceAll(':', '-')}`}
      name={
        <>
          <LetterBadge index={a} /> – <LetterBadge index={b} />
        </>
      }
      state={t(row.same ? 'discussion.same' : 'discussion.differs')}
      onFocus={() => work.setFocus(key)}
    >
      {row.verdicts.map((said) => (
        <SaidCell key={said.pass} said={said} text={text} notes={focused} />
      ))}
      <td className={styles.actions}>{focused && <Actions row={row} work={work} text={text} />}</td>
    </ItemRow>
  )
}

function SaidCell({ said, text, notes }: { said: DiscussionVerdict; text: (verdict: Verdict) => string; notes: boolean }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <td data-testid={`said-${said.pass}`} data-verdict={said.verdict}>
      {said.history.map(({ verdict, at }) => (
        <del key={at} className={styles.old} title={format.dateTime(at)}>
          {text(verdict)}
        </del>
      ))}
      <strong>{text(said.verdict)}</strong>
      <span className={styles.by}>
        {said.mine ? t('discussion.me') : said.by} · {said.score_a} : {said.score_b}
      </span>
      {notes && said.notes && <div className={styles.notes}>{said.notes}</div>}
    </td>
  )
}

const CHOICES = [
  { name: 'first', key: 'G', verdict: 'a' },
  { name: 'second', key: 'B', verdict: 'b' },
  { name: 'same', key: 'S', verdict: 'equal' },
] as const

/** Take over, keep, or say something else: for one's own comparisons, while the discussion is open. */
function Actions({ row, work, text }: { row: DiscussionComparison; work: DiscussionWork; text: (verdict: Verdict) => string }) {
  const { t } = useTranslation()
  const own = ownVerdict(row)
  const other = othersVerdict(row)
  if (!work.discussion.open) return null
  if (!own) return <span className={styles.quiet}>{t('discussion.notYours')}</span>
  return (
    <>
      {other && (
        <Button size="small" type="primary" onClick={work.take} data-testid="take-other">
          {t('discussion.take', { verdict: text(other.verdict) })} <kbd>T</kbd>
        </Button>
      )}
      <Button size="small" onClick={work.keep} data-testid="keep">
        {t('discussion.keep')} <kbd>⏎</kbd>
      </Button>
      <span className={styles.choices} role="group" aria-label={t('discussion.yours')}>
        {CHOICES.map(({ name, key, verdict }) => (
          <Button
            key={name}
            size="small"
            aria-pressed={own.verdict === verdict}
            onClick={() => work.settle(verdict)}
            data-testid={`verdict-${name}`}
          >
            {own.verdict === verdict && '✓ '}
            {text(verdict)} <kbd>{key}</kbd>
          </Button>
        ))}
      </span>
    </>
  )
}
