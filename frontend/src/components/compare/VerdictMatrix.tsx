import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'
import { VerdictRow, type RowProps } from './VerdictRow'
import { comparisonKey, type ComparedRow } from './verdicts'

interface Props<R extends ComparedRow> extends RowProps<R> {
  comparisons: readonly R[]
  /** Whether the agreeing rows are shown from the start */
  unfolded?: boolean
  /** Rows of the same columns that stand first: disputed discards */
  children?: ReactNode
}

/** Every comparison by pass, the differing ones first, one line each; the agreeing ones can be folded away. */
export function VerdictMatrix<R extends ComparedRow>({ comparisons, unfolded = false, children, ...rows }: Props<R>) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(unfolded)
  const open = comparisons.filter((row) => !row.same)
  const same = comparisons.filter((row) => row.same)
  const passes = comparisons[0]?.verdicts.map(({ pass }) => pass) ?? []
  return (
    <div className={styles.matrixFrame}>
      <table className={styles.matrix} data-testid="comparison-matrix">
        <thead>
          <tr>
            <th>{t('qa.pair')}</th>
            {passes.map((pass) => (
              <th key={pass}>{t('qa.pass', { pass })}</th>
            ))}
            <th>
              {t('qa.decision')}
              {same.length > 0 && (
                <Button type="link" size="small" onClick={() => setShown(!shown)} data-testid="toggle-same">
                  {t(shown ? 'qa.foldSame' : 'qa.showSame', { count: same.length })}
                </Button>
              )}
            </th>
          </tr>
        </thead>
        <tbody>
          {children}
          {[...open, ...(shown ? same : [])].map((row) => (
            <VerdictRow key={comparisonKey(row)} row={row} {...rows} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
