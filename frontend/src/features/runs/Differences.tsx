import type { Hyperparameter, Run } from '@/api/runs'
import { setsQuery } from '@/api/sets'
import { changedParams, type Params } from '@/components/hyperparameters/params'
import { NONE } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import styles from './runs.module.css'

interface Props {
  original: Run
  asked: { set?: number; base?: string; params?: Params }
  hyperparameters: readonly Hyperparameter[]
}

/** What the form asks for otherwise than the run it began from. */
export function Differences({ original, asked, hyperparameters }: Props) {
  const { t } = useTranslation()
  const sets = useInfiniteQuery(setsQuery(original.project)).data?.pages.flatMap((page) => page.results)
  const chosen = sets?.find(({ id }) => id === asked.set)
  const lines = [
    ...(asked.set !== undefined && asked.set !== original.set.id
      ? [[t('runs.set'), t('runs.versioned', original.set), chosen ? t('runs.versioned', chosen) : String(asked.set)]]
      : []),
    ...(asked.base !== undefined && asked.base !== original.base ? [[t('runs.base'), original.base, asked.base]] : []),
    ...changedParams(hyperparameters, original.params, asked.params ?? {}).map(({ name, before, after }) => [
      t(`runs.params.${name}`, name),
      String(before ?? NONE),
      String(after ?? NONE),
    ]),
  ]
  return (
    <div className={styles.differences} role="status" data-testid="run-differences" data-count={lines.length}>
      {lines.length === 0 ? t('runs.sameAs', { id: original.id }) : t('runs.differs', { id: original.id })}
      <ul>
        {lines.map(([name, before, after]) => (
          <li key={name}>
            {name}: <del>{before}</del> → <ins>{after}</ins>
          </li>
        ))}
      </ul>
    </div>
  )
}
