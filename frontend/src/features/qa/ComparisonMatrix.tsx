import type { DisputeComparison } from '@/api/disputes'
import { LetterBadge } from '@/components/LetterBadge'
import { letterAt } from '@/lib/hues'
import type { Verdict } from '@/lib/ranking'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { VerdictChoices } from './VerdictChoices'
import { comparisonKey, differing, type Draft } from './decision'
import styles from './qa.module.css'

interface Props {
  comparisons: readonly DisputeComparison[]
  draft: Draft
  focus: string
  /** Whether the focused row offers every verdict, not only those of the passes */
  other: boolean
  position: (response: number) => number
  onFocus: (key: string) => void
  onOther: (open: boolean) => void
  onChoose: (row: DisputeComparison, verdict: Verdict) => void
}

/** Every comparison by pass, the differing ones first; the agreeing ones stay folded away until asked for. */
export function ComparisonMatrix(props: Props) {
  const { t } = useTranslation()
  const [unfolded, setUnfolded] = useState(false)
  const { comparisons } = props
  const open = differing(comparisons)
  const same = comparisons.filter((row) => row.same)
  const passes = comparisons[0]?.verdicts.map(({ pass }) => pass) ?? []
  return (
    <>
      <table className={styles.matrix} data-testid="comparison-matrix">
        <thead>
          <tr>
            <th>{t('qa.pair')}</th>
            {passes.map((pass) => (
              <th key={pass}>{t('qa.pass', { pass })}</th>
            ))}
            <th>{t('qa.decision')}</th>
          </tr>
        </thead>
        <tbody>
          {[...open, ...(unfolded ? same : [])].map((row) => (
            <Row key={comparisonKey(row)} row={row} {...props} />
          ))}
        </tbody>
      </table>
      {same.length > 0 && (
        <Button type="link" size="small" onClick={() => setUnfolded(!unfolded)} data-testid="toggle-same">
          {t(unfolded ? 'qa.foldSame' : 'qa.showSame', { count: same.length })}
        </Button>
      )}
    </>
  )
}

function Row({ row, draft, focus, other, position, onFocus, onOther, onChoose }: Props & { row: DisputeComparison }) {
  const { t } = useTranslation()
  const key = comparisonKey(row)
  const focused = key === focus
  const place = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (focused) place.current?.scrollIntoView({ block: 'nearest' })
  }, [focused])
  const [a, b] = [position(row.response_a), position(row.response_b)]
  const letters = [letterAt(a), letterAt(b)] as const
  return (
    <tr
      ref={place}
      className={focused ? styles.focused : row.same ? styles.same : undefined}
      aria-current={focused}
      data-testid={`comparison-${key}`}
    >
      <td>
        <button type="button" className={styles.pairButton} onClick={() => onFocus(key)} aria-label={letters.join(' – ')}>
          <span className={styles.pair}>
            <LetterBadge index={a} />–<LetterBadge index={b} />
          </span>
        </button>
      </td>
      {row.verdicts.map((said) => (
        <td key={said.pass}>
          <span className={styles.verdict}>{verdictText(letters, said.verdict)}</span>
          <span className={styles.by}>
            {t('qa.saidBy', { by: said.by, a: said.score_a, b: said.score_b })}
          </span>
          {said.notes && <div className={styles.notes}>{said.notes}</div>}
        </td>
      ))}
      <td>
        {row.same ? (
          t('qa.same')
        ) : (
          <VerdictChoices
            said={row.verdicts.map(({ verdict }) => verdict)}
            chosen={draft.chosen[key]}
            text={(verdict) => verdictText(letters, verdict)}
            other={focused && other}
            onOther={() => {
              onFocus(key)
              onOther(true)
            }}
            onChoose={(verdict) => onChoose(row, verdict)}
          />
        )}
      </td>
    </tr>
  )
}

function verdictText([a, b]: readonly [string, string], verdict: Verdict): string {
  return `${a} ${{ a: '>', b: '<', equal: '=' }[verdict]} ${b}`
}
