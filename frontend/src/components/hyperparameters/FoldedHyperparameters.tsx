import type { Hyperparameter } from '@/api/runs'
import { useTranslation } from 'react-i18next'
import { HyperparameterField } from './HyperparameterField'
import { splitCommon } from './params'
import styles from './hyperparameters.module.css'

interface Props {
  hyperparameters: readonly Hyperparameter[]
  /** The grid of the form they stand in */
  className: string | undefined
}

/** All settings of a training, folded away in a form that first asks for something else. */
export function FoldedHyperparameters({ hyperparameters, className }: Props) {
  const { t } = useTranslation()
  const { common, advanced } = splitCommon(hyperparameters)
  return (
    <details className={styles.folded}>
      <summary>{t('loop.training', { count: hyperparameters.length })}</summary>
      <div className={className}>
        {[...common, ...advanced].map((one) => (
          <HyperparameterField key={one.name} hyperparameter={one} />
        ))}
      </div>
    </details>
  )
}
