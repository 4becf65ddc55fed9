import type { LoopRound } from '@/api/loop'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './loop.module.css'

type Changes = NonNullable<LoopRound['changes']>

/** What came with a round's set since the last round's. */
export function RoundChanges({ changes, first }: { changes: Changes; first: boolean }) {
  const { t } = useTranslation()
  const format = useFormat()
  const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${format.integer(Math.abs(value))}`
  const versions = (list: readonly number[]) => (list.length > 0 ? list.map((n) => `v${n}`).join('、') : t('loop.noGuideline'))
  return (
    <>
      <dt>{t('loop.changed')}</dt>
      <dd>
        {t('loop.changes', {
          added: format.integer(changes.prompts_added),
          removed: format.integer(changes.prompts_removed),
          pairs: signed(changes.pairs_change),
        })}
        {changes.categories.length > 0 && (
          <ul className={styles.changes}>
            {changes.categories.map(({ name, added, removed }) => (
              <li key={name}>
                {name} {signed(added)}
                {removed > 0 && ` ${signed(-removed)}`}
              </li>
            ))}
          </ul>
        )}
        {!first && changes.guidelines.length > 0 && (
          <ul className={styles.changes}>
            {changes.guidelines.map(({ category, before, after }) => (
              <li key={category.join('/')}>
                {t('loop.guideline', { category: category.join(' / '), before: versions(before), after: versions(after) })}
              </li>
            ))}
          </ul>
        )}
      </dd>
    </>
  )
}
