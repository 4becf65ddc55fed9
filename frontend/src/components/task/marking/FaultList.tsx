import type { Assignment, FaultKind } from '@/api/assignments'
import { FaultLine } from '@/components/marks/FaultLine'
import styles from '@/components/marks/marks.module.css'
import { frameOf, showSpan } from '@/components/marks/showSpan'
import { useKindLabel } from '@/components/marks/useKindLabel'
import { toUnits } from '@/lib/offsets'
import { useTranslation } from 'react-i18next'
import type { FaultMark } from '@/components/task/content'
import marking from './marking.module.css'

interface Props {
  letter: string
  response: Assignment['responses'][number]
  faults: readonly FaultMark[]
  kinds: readonly FaultKind[]
  onEdit: (fault: FaultMark) => void
  onRemove: (fault: FaultMark) => void
}

/** The faults marked in one response, in the order of the text: each to be gone to, changed and taken out. */
export function FaultList({ letter, response, faults, kinds, onEdit, onRemove }: Props) {
  const { t } = useTranslation()
  const label = useKindLabel(kinds)
  if (faults.length === 0) return null
  const show = (fault: FaultMark) => {
    const frame = frameOf(response.id)
    if (frame) showSpan(frame, toUnits(response.text, fault))
  }
  const remove = (fault: FaultMark, row: Element | null) => {
    const next = row?.nextElementSibling ?? row?.previousElementSibling
    const target = next?.querySelector('button') ?? row?.closest<HTMLElement>('[tabindex="0"]')
    onRemove(fault)
    target?.focus({ preventScroll: true })
  }
  return (
    <div className={marking.faults}>
      <h2>{t('marking.list.title', { letter, count: faults.length })}</h2>
      <ul className={styles.list} data-testid={`faults-${letter}`}>
        {[...faults].sort((a, b) => a.start - b.start || a.end - b.end).map((fault) => {
          const span = toUnits(response.text, fault)
          return (
            <li key={fault.id} className={styles.row}>
              <button
                type="button"
                className={styles.go}
                data-severity={fault.severity}
                title={t('marking.list.go')}
                onClick={() => show(fault)}
                onKeyDown={(event) => event.key === 'Delete' && remove(fault, event.currentTarget.closest('li'))}
                data-testid="fault"
              >
                <FaultLine fault={fault} kind={label(fault.kind)} text={response.text.slice(span.start, span.end)} />
              </button>
              <button type="button" className={marking.small} onClick={() => onEdit(fault)} data-testid="fault-edit">
                {t('marking.list.edit')}
              </button>
              <button
                type="button"
                className={marking.small}
                aria-label={t('marking.list.remove')}
                title={t('marking.list.remove')}
                onClick={(event) => remove(fault, event.currentTarget.closest('li'))}
                data-testid="fault-remove"
              >
                ✕
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
