import type { Run } from '@/api/runs'
import { FigureRows } from '@/components/models/FigureRows'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { RunHeads } from './RunHeads'
import styles from './compare.module.css'

/** The figures of every run's model on the benchmark of its own set, with their intervals. */
export function Benchmarks({ runs }: { runs: readonly Run[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const sets = new Set(runs.map(({ set }) => set.id))
  return (
    <>
      <table className={styles.table}>
        <RunHeads runs={runs} first={t('compare.figure')} />
        <tbody>
          <FigureRows columns={runs.map(({ id, metrics }) => ({ key: id, measured: metrics }))} />
          <tr>
            <th scope="row">{t('compare.lossLast')}</th>
            {runs.map(({ id, metrics }) => (
              <td key={id}>{format.measure(metrics?.training.loss_last)}</td>
            ))}
          </tr>
          <tr>
            <th scope="row">{t('compare.seconds')}</th>
            {runs.map(({ id, metrics }) => (
              <td key={id}>{format.integer(metrics?.training.seconds)}</td>
            ))}
          </tr>
        </tbody>
      </table>
      {sets.size > 1 && <p className={styles.hint}>{t('compare.otherSets')}</p>}
    </>
  )
}
