import { isComposing } from '@/lib/keyboard'
import { letterAt } from '@/lib/hues'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding } from './useFinding'
import styles from './marking.module.css'

/** Finds words in all responses at once, with how often each has them. */
export function FindBar({ finding }: { finding: Finding }) {
  const { t } = useTranslation()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(finding.words)
  const { hits, total, at, search, step, close, asked } = finding
  useEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [asked])
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' && event.target === field.current && !event.ctrlKey && !event.metaKey) step(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className={styles.find} role="search" aria-label={t('marking.find.title')} onKeyDown={onKeyDown} data-testid="find">
      <input
        ref={field}
        type="text"
        aria-label={t('marking.find.title')}
        placeholder={t('marking.find.title')}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          // What an input method has not yet made up its mind about is not searched for.
          if (!(event.nativeEvent as InputEvent).isComposing) search(event.target.value)
        }}
        onCompositionEnd={(event) => search(event.currentTarget.value)}
        data-testid="find-input"
      />
      <span role="status" data-testid="find-count">
        {finding.words !== '' &&
          (total === 0
            ? t('marking.find.nothing')
            : `${hits.map((found, index) => `${letterAt(index)} ${found.length}`).join(' · ')} (${at + 1}/${total})`)}
      </span>
      <button type="button" className={styles.small} disabled={total === 0} onClick={() => step(-1)} data-testid="find-previous">
        {t('marking.find.previous')} <kbd>⇧⏎</kbd>
      </button>
      <button type="button" className={styles.small} disabled={total === 0} onClick={() => step(1)} data-testid="find-next">
        {t('marking.find.next')} <kbd>⏎</kbd>
      </button>
      <button type="button" className={styles.small} onClick={close} data-testid="find-close">
        {t('marking.find.close')} <kbd>Esc</kbd>
      </button>
    </div>
  )
}
