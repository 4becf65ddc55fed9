import { isComposing } from '@/lib/keyboard'
import { useEffect, useEffectEvent, useRef, useState, type FocusEvent, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { EvidenceItem } from './content'
import { BLANK, hasBadAddress, isBlank, isWebAddress, MOST_EVIDENCE } from './evidence'
import { PanelFrame } from './PanelFrame'
import styles from './panels.module.css'

interface Props {
  evidence: readonly EvidenceItem[]
  onChange: (evidence: readonly EvidenceItem[]) => void
  /** Whether the field for the next fact takes the focus */
  focus: boolean
  onClose: () => void
  onLeave: () => void
}

/** The facts that were checked: links and what was found there. A blank row for the next one stands below them. */
export default function EvidencePanel({ evidence, onChange, focus, onClose, onLeave }: Props) {
  const { t } = useTranslation()
  const list = useRef<HTMLOListElement>(null)
  const rows = evidence.length < MOST_EVIDENCE ? [...evidence, BLANK] : evidence
  const replace = (at: number, item: EvidenceItem) => onChange(rows.map((row, i) => (i === at ? item : row)).filter((row) => row !== BLANK))
  const focusRow = (at: number) => list.current?.querySelectorAll<HTMLElement>('[data-field="url"]')[at]?.focus()
  const remove = (at: number) => onChange(evidence.filter((_, i) => i !== at))

  // Not before the focus is out of the list: a row that goes would take it along, or another's text under the cursor.
  const tidy = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget) && evidence.some(isBlank)) onChange(evidence.filter((item) => !isBlank(item)))
  }

  const focusNext = useEffectEvent(() => focusRow(evidence.length))
  useEffect(() => {
    if (focus) focusNext()
  }, [focus])

  return (
    <PanelFrame
      title={t('evidence.title')}
      subtitle={evidence.length > 0 && t('evidence.count', { count: evidence.length })}
      testid="evidence"
      onClose={onClose}
      onLeave={onLeave}
    >
      <p className={styles.quiet}>{t('evidence.hint')}</p>
      <ol className={styles.rows} ref={list} onBlur={tidy}>
        {rows.map((item, at) => (
          <Row
            key={at}
            item={item}
            number={at + 1}
            onChange={(next) => replace(at, next)}
            onRemove={at < evidence.length ? () => (remove(at), focusRow(at)) : undefined}
            onNext={() => focusRow(at + 1)}
          />
        ))}
      </ol>
      {evidence.length >= MOST_EVIDENCE && <p className={styles.quiet}>{t('evidence.full', { most: MOST_EVIDENCE })}</p>}
    </PanelFrame>
  )
}

interface RowProps {
  item: EvidenceItem
  number: number
  onChange: (item: EvidenceItem) => void
  /** Absent on the row for the next fact */
  onRemove?: () => void
  onNext: () => void
}

function Row({ item, number, onChange, onRemove, onNext }: RowProps) {
  const { t } = useTranslation()
  const note = useRef<HTMLTextAreaElement>(null)
  const [typing, setTyping] = useState(false)
  const bad = hasBadAddress(item) && !typing
  const url = item.url.trim()
  const onEnter = (event: KeyboardEvent, then: () => void) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.shiftKey || isComposing(event.nativeEvent)) return
    event.preventDefault()
    then()
  }
  return (
    <li className={styles.row}>
      <div className={styles.rowLine}>
        <input
          className={styles.field}
          inputMode="url"
          value={item.url}
          maxLength={2000}
          placeholder={t('evidence.url')}
          aria-label={t('evidence.urlOf', { number })}
          aria-invalid={bad}
          aria-describedby={bad ? `evidence-error-${number}` : undefined}
          onChange={(event) => onChange({ ...item, url: event.target.value })}
          onFocus={() => setTyping(true)}
          onBlur={() => setTyping(false)}
          onKeyDown={(event) => onEnter(event, () => note.current?.focus())}
          data-field="url"
          data-testid={`evidence-url-${number}`}
        />
        {isWebAddress(url) && (
          <a href={url} target="_blank" rel="noopener noreferrer nofollow" data-testid={`evidence-open-${number}`}>
            {t('evidence.open')} ↗
          </a>
        )}
        {onRemove && (
          <button type="button" className={styles.small} onClick={onRemove} data-testid={`evidence-remove-${number}`}>
            <span aria-hidden>✕</span>
            <span className="visually-hidden">{t('evidence.remove', { number })}</span>
          </button>
        )}
      </div>
      {bad && (
        <p id={`evidence-error-${number}`} className={styles.error} data-testid={`evidence-error-${number}`}>
          {t('evidence.badUrl')}
        </p>
      )}
      <textarea
        ref={note}
        className={styles.field}
        rows={1}
        value={item.note}
        maxLength={2000}
        placeholder={t('evidence.note')}
        aria-label={t('evidence.noteOf', { number })}
        onChange={(event) => onChange({ ...item, note: event.target.value })}
        onKeyDown={(event) => onEnter(event, onNext)}
        data-testid={`evidence-note-${number}`}
      />
    </li>
  )
}
