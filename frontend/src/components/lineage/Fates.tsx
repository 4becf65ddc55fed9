import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './lineage.module.css'

/** What may become of a comparison, in the order of the steps. `merged` and `path` a frozen set alone knows. */
const FATES = [
  'kept',
  'merged',
  'path',
  'length',
  'margin',
  'disagrees',
  'unscored',
  'tie',
  'unreadable',
  'human',
  'benchmark',
  'response',
  'prompt',
] as const

interface Props {
  counts: Readonly<Partial<Record<string, number>>>
  total: number
}

/** How many comparisons met which fate, and why; what met nothing is left out, but for what is kept. */
export function Fates({ counts, total }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const shown = FATES.filter((fate) => fate === 'kept' || counts[fate])
  return (
    <table className={styles.fates} data-testid="fates">
      <thead>
        <tr>
          <th scope="col">{t('lineage.fate')}</th>
          <th scope="col">{t('lineage.count')}</th>
          <th scope="col">{t('lineage.share')}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((fate) => (
          <tr key={fate} title={t(`lineage.about.${fate}`)} data-testid={`fate-${fate}`}>
            <th scope="row">{t(`lineage.fates.${fate}`)}</th>
            <td>{format.integer(counts[fate] ?? 0)}</td>
            <td>{format.percent(total > 0 ? (counts[fate] ?? 0) / total : null)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
