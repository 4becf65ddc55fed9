import { comparisonQuery } from '@/api/models'
import type { Run } from '@/api/runs'
import { Verdicts } from '@/components/models/Verdicts'
import { useErrorText } from '@/components/useErrorText'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { pairsOf } from './settings'
import styles from './compare.module.css'

type Trained = Run & { model: NonNullable<Run['model']> }

/** For every two models of one benchmark, whether one is surely the better. */
export function PairVerdicts({ project, runs }: { project: number; runs: readonly Run[] }) {
  const { t } = useTranslation()
  const trained = runs.filter((run): run is Trained => run.model !== null)
  const pairs = pairsOf(trained).filter(([one, other]) => one.set.id === other.set.id)
  return (
    <>
      <p className={styles.hint}>{t('compare.verdictsHint')}</p>
      {pairs.length === 0 && <p>{t('compare.noPairs')}</p>}
      <div className={styles.pairs}>
        {pairs.map(([one, other]) => (
          <Pair key={`${one.id} ${other.id}`} project={project} one={one} other={other} />
        ))}
      </div>
    </>
  )
}

function Pair({ project, one, other }: { project: number; one: Trained; other: Trained }) {
  const { t } = useTranslation()
  const text = useErrorText()
  const { data, error } = useQuery(comparisonQuery(project, one.set.id, one.model.id, other.model.id))
  return (
    <section data-testid={`verdict-${one.id}-${other.id}`}>
      <h3>{t('compare.against', { one: one.id, other: other.id })}</h3>
      {error ? <p role="status">{text(error)}</p> : data ? <Verdicts compared={data} /> : <p>{t('compare.computing')}</p>}
    </section>
  )
}
