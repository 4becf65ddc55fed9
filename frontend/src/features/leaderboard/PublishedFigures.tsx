import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { PUBLISHED } from './published'
import styles from './leaderboard.module.css'

/** What the paper reports, for orientation: of another benchmark, so never beside our own rows. */
export function PublishedFigures() {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section title={t('leaderboard.published.title')} testid="published">
      <p className={styles.warning}>{t('leaderboard.published.warning')}</p>
      <table className={styles.published}>
        <thead>
          <tr>
            <th scope="col">{t('leaderboard.model')}</th>
            <th scope="col">{t('leaderboard.figures.openAccuracy')}</th>
            <th scope="col">{t('leaderboard.figures.openExact')}</th>
            <th scope="col">{t('leaderboard.figures.humanAccuracy')}</th>
            <th scope="col">{t('leaderboard.figures.humanExact')}</th>
            <th scope="col">{t('leaderboard.overall')}</th>
            <th scope="col">{t('leaderboard.published.source')}</th>
          </tr>
        </thead>
        <tbody>
          {PUBLISHED.map(({ name, open, human, overall }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {[...open, ...human, overall].map((value, index) => (
                <td key={index}>{format.score(value)}</td>
              ))}
              <td>{t('leaderboard.published.reported')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}
