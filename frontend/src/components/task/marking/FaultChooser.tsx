import type { FaultKind } from '@/api/assignments'
import { useKindLabel } from '@/components/marks/useKindLabel'
import { isComposing } from '@/lib/keyboard'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { SEVERITIES, type FaultMark, type Severity } from '@/components/task/content'
import type { MarkDraft } from './useFaults'
import styles from './marking.module.css'

interface Props {
  draft: MarkDraft
  letter: string
  kinds: readonly FaultKind[]
  onSave: (said: Pick<FaultMark, 'kind' | 'severity' | 'note'>) => void
  onCancel: () => void
}

const SEVERITY_KEYS: Readonly<Record<string, Severity>> = { KeyQ: 'minor', KeyW: 'major', KeyE: 'critical' }
const SEVERITY_CAPS = ['q', 'w', 'e']
/** What it takes of the page, to keep within it. */
const [WIDTH, HEIGHT, GAP] = [360, 380, 8]

function placed({ place }: MarkDraft): { left: number; top: number } {
  const below = place.bottom + GAP
  const fits = below + HEIGHT <= window.innerHeight
  const top = fits ? below : place.top - HEIGHT - GAP
  return {
    left: Math.max(GAP, Math.min(place.left, window.innerWidth - WIDTH - GAP)),
    top: Math.max(GAP, Math.min(top, window.innerHeight - HEIGHT - GAP)),
  }
}

/** What is wrong with the chosen passage: f, a digit and Enter make a mark. */
export function FaultChooser({ draft, letter, kinds, onSave, onCancel }: Props) {
  const { t } = useTranslation()
  const label = useKindLabel(kinds)
  const { editing, cut, response, span } = draft
  const [kind, setKind] = useState(editing?.kind ?? '')
  const [severity, setSeverity] = useState<Severity>(editing?.severity ?? 'major')
  const [note, setNote] = useState(editing?.note ?? '')
  const [told, setTold] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const noteField = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    const checked = frame.current?.querySelector<HTMLElement>('input:checked[name="fault-kind"]')
    const first = frame.current?.querySelector<HTMLElement>('input')
    ;(checked ?? first)?.focus({ preventScroll: true })
    // A digit moves the focus as the mouse and the arrows do.
  }, [kind])

  const save = () => (kind === '' ? setTold(true) : onSave({ kind, severity, note: note.trim() }))
  const command = (event: KeyboardEvent): boolean => {
    if (event.key === 'Escape') return onCancel(), true
    if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) return save(), true
    if (event.target === noteField.current || event.ctrlKey || event.metaKey || event.altKey) return false
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1]
    const chosen = digit === undefined ? undefined : kinds[Number(digit) - 1]
    if (chosen) return setKind(chosen.key), true
    const grave = SEVERITY_KEYS[event.code]
    if (grave) return setSeverity(grave), true
    if (event.code === 'KeyN') return noteField.current?.focus(), true
    return false
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // While it is open, no press is a command of the page.
    event.stopPropagation()
    if (!isComposing(event.nativeEvent) && command(event)) event.preventDefault()
  }
  return (
    <div
      ref={frame}
      className={styles.chooser}
      style={placed(draft)}
      role="dialog"
      aria-label={t('marking.chooser.title', { letter })}
      onKeyDown={onKeyDown}
      data-testid="chooser"
    >
      <q className={styles.quoted}>{response.text.slice(span.start, span.end)}</q>
      {cut && <p className={styles.told}>{t('marking.chooser.cut', { letter })}</p>}
      <fieldset>
        <legend>{t('marking.chooser.kind')}</legend>
        {kinds.map(({ key }, index) => (
          <label key={key}>
            <input type="radio" name="fault-kind" checked={kind === key} onChange={() => setKind(key)} />
            {index < 9 && <kbd>{index + 1}</kbd>} {label(key)}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{t('marking.chooser.severity')}</legend>
        {SEVERITIES.map((name, index) => (
          <label key={name}>
            <input type="radio" name="fault-severity" checked={severity === name} onChange={() => setSeverity(name)} />
            <kbd>{SEVERITY_CAPS[index]}</kbd> {t(`marking.severity.${name}`)}
          </label>
        ))}
      </fieldset>
      <label className={styles.noteField}>
        <span>
          {t('marking.chooser.note')} <kbd>n</kbd>
        </span>
        <textarea
          ref={noteField}
          rows={1}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          data-testid="chooser-note"
        />
      </label>
      {told && kind === '' && (
        <p className={styles.told} role="alert">
          {t('marking.chooser.chooseKind')}
        </p>
      )}
      <div className={styles.actions}>
        <button type="button" className={styles.save} onClick={save} data-testid="chooser-save">
          {t('marking.chooser.save')} <kbd>⏎</kbd>
        </button>
        <button type="button" className={styles.small} onClick={onCancel} data-testid="chooser-cancel">
          {t('marking.chooser.cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </div>
  )
}
