import type { PersonRow } from '@/api/people'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './people.module.css'

/** Whether somebody works or is paused, in words; a pause tells since when and why. */
export function WorkStateTag({ paused }: { paused: PersonRow['paused'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (paused === null) return <span data-testid="work-state">{t('people.state.working')}</span>
  return (
    <span className={styles.paused} title={format.dateTime(paused.at)} data-testid="work-state">
      <strong>{t('people.state.paused')}</strong>
      <small>{paused.reason}</small>
    </span>
  )
}
