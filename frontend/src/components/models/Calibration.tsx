import type { Measured } from '@/api/models'
import { SUBSETS } from '@/api/prompts'
import { Chart } from '@/components/charts/Chart'
import { reliabilityOption } from '@/components/charts/modelOptions'
import { useFormat } from '@/lib/format'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './models.module.css'

/** Whether a model is as sure as it may be: reliability diagram, and the expected calibration error. */
export function Calibration({ measured }: { measured: Measured }) {
  const { t } = useTranslation()
  const format = useFormat()
  const known = SUBSETS.filter((subset) => (measured[subset]?.reliability?.length ?? 0) > 0)
  const option = useMemo(
    () =>
      reliabilityOption({
        series: known.map((subset) => ({
          name: t(`models.subset.${subset}`),
          points: (measured[subset]?.reliability ?? []).flatMap(({ confidence, accuracy }): [number, number][] =>
            confidence === null || accuracy === null ? [] : [[confidence, accuracy]],
          ),
        })),
        diagonal: t('models.ideal'),
        xName: t('models.confidence'),
        format: format.score,
      }),
    [known, measured, t, format],
  )
  if (known.length === 0) return <p>{t('models.noCalibration')}</p>
  return (
    <div className={styles.calibration} data-testid="calibration">
      <Chart option={option} label={t('models.reliability')} height={260} />
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('models.subsetName')}</th>
            <th scope="col">{t('models.ece')}</th>
            <th scope="col">{t('models.temperature')}</th>
            <th scope="col">{t('models.eceScaled')}</th>
          </tr>
        </thead>
        <tbody>
          {known.map((subset) => (
            <tr key={subset}>
              <th scope="row">{t(`models.subset.${subset}`)}</th>
              <td>{format.score(measured[subset]?.ece)}</td>
              <td>{format.measure(measured[subset]?.temperature)}</td>
              <td>{format.score(measured[subset]?.ece_scaled)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
