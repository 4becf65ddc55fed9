import { METRICS, type ModelComparison } from '@/api/models'
import { SUBSETS } from '@/api/prompts'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { verdictOf } from './verdict'
import styles from './models.module.css'

/** What the paired bootstrap says of two models: differences with their intervals, and which are sure. */
export function Verdicts({ compared }: { compared: ModelComparison }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <table className={styles.table} data-testid="verdicts">
      <thead>
        <tr>
          <th scope="col">{t('models.figure')}</th>
          <th scope="col">{t('models.difference')}</th>
          <th scope="col">{t('models.interval95')}</th>
          <th scope="col">{t('models.probabilityBetter')}</th>
          <th scope="col">{t('models.verdict')}</th>
        </tr>
      </thead>
      <tbody>
        {SUBSETS.flatMap((subset) =>
          METRICS.map((metric) => {
            const told = compared[subset]?.[metric]
            return (
              told && (
                <tr key={`${subset} ${metric}`}>
                  <th scope="row">
                    {t(`models.subset.${subset}`)} · {t(`models.metric.${metric}`)}
                  </th>
                  <td>{format.signed(told.difference)}</td>
                  <td>
                    {format.signed(told.low)} … {format.signed(told.high)}
                  </td>
                  <td>{format.percent(told.probability_better)}</td>
                  <td>{t(`models.verdicts.${verdictOf(told)}`)}</td>
                </tr>
              )
            )
          }),
        )}
      </tbody>
    </table>
  )
}
