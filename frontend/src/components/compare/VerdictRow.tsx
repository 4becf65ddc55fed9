import { LetterBadge } from '@/components/LetterBadge'
import { letterAt } from '@/lib/hues'
import type { Verdict } from '@/lib/ranking'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'
import { FocusRow } from './FocusRow'
import { VerdictChoices } from './VerdictChoices'
import { comparisonKey, verdictText, type Chosen, type ComparedRow, type Position, type Said } from './verdicts'

export interface RowProps<R extends ComparedRow> {
  chosen: Chosen
  focus: string
  /** Whether the focused row offers every verdict, not only those of the passes */
  other: boolean
  position: Position
  /** Whether this reader may give a verdict on a row */
  decides: (row: R) => boolean
  /** What stands in the last column of a row that takes no verdict */
  outcome: (row: R) => ReactNode
  onFocus: (key: string) => void
  onOther: (open: boolean) => void
  onChoose: (row: R, verdict: Verdict) => void
}

/** One comparison: what each pass says of it, and the verdict to give or given. */
export function VerdictRow<R extends ComparedRow>({ row, ...props }: RowProps<R> & { row: R }) {
  const { chosen, focus, other, position, decides, outcome, onFocus, onOther, onChoose } = props
  const key = comparisonKey(row)
  const focused = key === focus
  const [a, b] = [position(row.response_a), position(row.response_b)]
  const text = (verdict: Verdict) => verdictText(a, b, verdict)
  return (
    <FocusRow focused={focused} quiet={row.same} testid={`comparison-${key}`}>
      <td>
        <button type="button" className={styles.pair} onClick={() => onFocus(key)} aria-label={`${letterAt(a)} – ${letterAt(b)}`}>
          <LetterBadge index={a} />–<LetterBadge index={b} />
        </button>
      </td>
      {row.verdicts.map((said) => (
        <SaidCell key={said.pass} said={said} text={text} />
      ))}
      <td>
        {decides(row) ? (
          <VerdictChoices
            said={row.verdicts.map(({ verdict }) => verdict)}
            chosen={chosen[key]}
            text={text}
            other={focused && other}
            onOther={() => {
              onFocus(key)
              onOther(true)
            }}
            onChoose={(verdict) => onChoose(row, verdict)}
          />
        ) : (
          outcome(row)
        )}
      </td>
    </FocusRow>
  )
}

function SaidCell({ said, text }: { said: Said; text: (verdict: Verdict) => string }) {
  const { t } = useTranslation()
  const before = said.history?.map(({ verdict }) => text(verdict)).join(' → ')
  return (
    <td>
      <span className={styles.verdict}>{text(said.verdict)}</span>
      <span className={styles.by}>
        {said.by}
        {said.score_a !== null && ` · ${said.score_a} : ${said.score_b}`}
      </span>
      {before && <span className={styles.by}>{t('qa.saidBefore', { before })}</span>}
    </td>
  )
}
