import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { Breaks } from './breaks'
import styles from './today.module.css'

/** One quiet line when somebody asked to be reminded of a rest; it goes by itself when they take one. */
export function BreakReminder({ breaks }: { breaks: Breaks }) {
  const { t } = useTranslation()
  const minutes = useSyncExternalStore(breaks.subscribe, breaks.reminder)
  if (minutes === null) return null
  return (
    <div className={styles.reminder} role="status" data-testid="break-reminder">
      <span>{t('today.rest.due', { count: minutes })}</span>
      <button type="button" onClick={() => breaks.later()} data-testid="break-later">
        {t('today.rest.later')}
      </button>
    </div>
  )
}
