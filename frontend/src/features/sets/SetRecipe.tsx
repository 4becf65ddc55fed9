import type { PreferenceSet } from '@/api/sets'
import { Fates } from '@/components/lineage/Fates'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './sets.module.css'

type Recipe = NonNullable<PreferenceSet['recipe']>

/** How a set was made of people's and judges' comparisons, and what became of every one of them. */
export function SetRecipe({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  const format = useFormat()
  const origin = t('sets.versioned', recipe.human_set)
  return (
    <Section title={t('sets.recipe.title')} testid="set-recipe">
      <ul className={styles.recipe}>
        <li>
          <Link to={`/sets/${recipe.human_set.id}`}>
            {t(recipe.include_human ? 'sets.recipe.of' : 'sets.recipe.benchmarkOf', { name: origin })}
          </Link>
        </li>
        {recipe.judges.map(({ run, name }) => (
          <li key={run}>
            <Link to={`/judges/${run}`}>{t('sets.recipe.judge', { run, name })}</Link>
          </li>
        ))}
        <li>
          {recipe.margin === null
            ? t('sets.recipe.noFilter')
            : t('sets.recipe.margin', { value: format.measure(recipe.margin) })}
        </li>
        <li>{t(recipe.debias ? 'sets.recipe.debias' : 'sets.recipe.noDebias')}</li>
        {recipe.debias &&
          (['before', 'after'] as const).map((when) => (
            <li key={when}>
              {t(`sets.recipe.${when}`)}
              {': '}
              {t('sets.recipe.groups', groupsOf(recipe.length_groups[when] ?? {}, format.integer))}
            </li>
          ))}
      </ul>
      <div className={styles.lineages}>
        {(['judge', 'human'] as const).map((source) => {
          const counts = recipe.lineage[source]
          if (!counts) return null
          return (
            <div key={source}>
              <h3>{t(source === 'judge' ? 'sets.recipe.judges' : 'sets.recipe.human')}</h3>
              <Fates counts={counts} total={comparisons(counts)} />
            </div>
          )
        })}
      </div>
      <p>{t('sets.recipe.lineage')}</p>
    </Section>
  )
}

function groupsOf(groups: Readonly<Record<string, number>>, format: (value: number | undefined) => string) {
  return Object.fromEntries(['longer', 'shorter', 'equal'].map((name) => [name, format(groups[name])]))
}

/** How many comparisons were said: a pair that a path backs is not one of them. */
function comparisons(counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((sum, [fate, count]) => (fate === 'path' ? sum : sum + count), 0)
}
