import type { HistoryEvent } from '@/api/prompts'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './History.module.css'

/** Every recorded move of a prompt, oldest first: when, who (by pseudonym), what, from where to where, and why. */
export function History({ events }: { events: readonly HistoryEvent[] }) {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  const state = (name: string) => t(`states.prompt.${name}`)
  // What the server gives as a reason is a code, with a note behind it where somebody wrote one; people give sentences.
  const reason = (given: string) => {
    const [, code, note] = /^([a-z_]+)(?:: (.*))?$/s.exec(given) ?? []
    if (!code || !i18n.exists(`events.reason.${code}`)) return given
    const known = t(`events.reason.${code}`)
    return note ? t('events.reasonWithNote', { reason: known, note }) : known
  }
  // The log also holds moves of tasks, whose states say no more than the event's own name.
  const movesPrompt = ({ before, after }: HistoryEvent) => before !== after && i18n.exists(`states.prompt.${after}`)
  return (
    <ol className={styles.history} data-testid="history">
      {events.map((event) => (
        <li key={event.id}>
          <time dateTime={event.at}>{format.dateTime(event.at)}</time>
          <span className={styles.actor}>{event.actor}</span>
          <span>
            {t(`events.${event.kind}`, event.kind)}
            {movesPrompt(event) && (
              <span className={styles.move}>
                {event.before && `${state(event.before)} → `}
                {state(event.after)}
              </span>
            )}
            {event.reason && <span className={styles.reason}>{reason(event.reason)}</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}
