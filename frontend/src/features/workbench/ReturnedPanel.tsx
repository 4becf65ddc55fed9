import type { Assignment, Returned } from '@/api/assignments'
import { LetterBadge } from '@/components/LetterBadge'
import { frameOf, showSpan } from '@/components/marks/showSpan'
import { toUnits, type TextSpan } from '@/lib/offsets'
import { useTranslation } from 'react-i18next'
import styles from './workbench.module.css'

interface Props {
  returned: Returned
  /** The work that was rejected is one's own */
  own: boolean
  responses: Assignment['responses']
}

/** Why a reviewer sent this task back: the reason, and the passages it is about. */
export function ReturnedPanel({ returned, own, responses }: Props) {
  const { t } = useTranslation()
  const { reason, spans } = returned
  const show = (id: number, span: TextSpan) => {
    const [frame, response] = [frameOf(id), responses.find((one) => one.id === id)]
    if (frame && response) showSpan(frame, toUnits(response.text, span))
  }
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
              <button type="button" title={t('workbench.returned.go')} onClick={() => show(response, { start, end })}>
                <LetterBadge index={responses.findIndex(({ id }) => id === response)} />
                <q>{text}</q>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.quiet}>{t(own ? 'workbench.returned.own' : 'workbench.returned.other')}</p>
    </aside>
  )
}
