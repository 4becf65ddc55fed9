import { METRICS } from '@/api/models'
import { SUBSETS } from '@/api/prompts'
import type { Promotion } from '@/api/promotions'
import type { Run } from '@/api/runs'
import { useTranslation } from 'react-i18next'
import { Interval } from './Interval'

export interface FigureColumn {
  key: string | number
  measured: Promotion['figures']['model'] | Run['metrics']
}

/** The rows of a table of benchmark figures, the overall one first: a column for each model, each with its interval. */
export function FigureRows({ columns }: { columns: readonly FigureColumn[] }) {
  const { t } = useTranslation()
  return (
    <>
      <tr>
        <th scope="row">{t('models.overall')}</th>
        {columns.map(({ key, measured }) => (
          <td key={key}>
            <Interval value={measured?.overall} interval={measured?.overall_interval} />
          </td>
        ))}
      </tr>
      {SUBSETS.flatMap((subset) =>
        METRICS.map((metric) => (
          <tr key={`${subset} ${metric}`}>
            <th scope="row">
              {t(`models.subset.${subset}`)} · {t(`models.metric.${metric}`)}
            </th>
            {columns.map(({ key, measured }) => (
              <td key={key}>
                <Interval value={measured?.[subset]?.[metric]} interval={measured?.[subset]?.intervals?.[metric]} />
              </td>
            ))}
          </tr>
        )),
      )}
    </>
  )
}
