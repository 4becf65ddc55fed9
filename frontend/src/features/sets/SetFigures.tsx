import { SPLITS, type PreferenceSet } from '@/api/sets'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './sets.module.css'

/** Counts by split, and the figures that tell how good the data are. */
export function SetFigures({ set }: { set: PreferenceSet }) {
  const { t } = useTranslation()
  const format = useFormat()
  const chars = (value: number | null | undefined) => t('sets.characters', { value: format.decimal(value) })
  return (
    <div className={styles.figures}>
      <Section title={t('sets.counts')} testid="set-counts">
        <table className={styles.counts}>
          <thead>
            <tr>
              <td />
              <th>{t('sets.prompts')}</th>
              <th>{t('sets.responses')}</th>
              <th>{t('sets.pairs')}</th>
            </tr>
          </thead>
          <tbody>
            {SPLITS.map((split) => (
              <tr key={split}>
                <th scope="row">{t(`sets.split.${split}`)}</th>
                <td>{format.integer(set.counts?.[split].prompts)}</td>
                <td>{format.integer(set.counts?.[split].responses)}</td>
                <td>{format.integer(set.counts?.[split].pairs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title={t('sets.figures')}>
        <Figures>
          <Figure label={t('sets.agreement')} value={format.percent(set.agreement_mean)} />
          <Figure label={t('sets.conflict')} value={format.percent(set.conflict_rate)} />
          <Figure
            label={t('sets.longerChosen')}
            value={format.percent(set.longer_chosen_share)}
            hint={t('sets.longerChosenHint')}
          />
          <Figure label={t('sets.promptLength')} value={chars(set.lengths?.prompt)} />
          <Figure label={t('sets.chosenLength')} value={chars(set.lengths?.chosen)} />
          <Figure label={t('sets.rejectedLength')} value={chars(set.lengths?.rejected)} />
        </Figures>
      </Section>
    </div>
  )
}
