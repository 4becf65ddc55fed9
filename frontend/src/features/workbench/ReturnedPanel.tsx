import type { Assignment, Returned } from '@/api/assignments'
import { LetterBadge } from '@/components/LetterBadge'
import { useTranslation } from 'react-i18next'
import styles from './workbench.module.css'

interface Props {
  returned: Returned
  responses: Assignment['responses']
}

/** Why a reviewer sent this task back: the reason, and the passages it is about. */
export function ReturnedPanel({ returned, responses }: Props) {
  const { t } = useTranslation()
  const { reason, spans, previous } = returned
  return (
    <aside className={styles.returned} aria-label={t('workbench.returned.title')} data-testid="returned">
      <strong>↩ {t('workbench.returned.title')}</strong>
      <p className={styles.returnedReason} data-testid="returned-reason">
        {reason}
      </p>
      {spans.length > 0 && (
        <ul className={styles.spans}>
          {spans.map(({ response, start, end, text }) => (
            <li key={`${response}-${start}-${end}`} data-testid="returned-span">
              <LetterBadge index={responses.findIndex(({ id }) => id === response)} />
              <q>{text}</q>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.quiet}>{t(previous ? 'workbench.returned.own' : 'workbench.returned.other')}</p>
    </aside>
  )
}
