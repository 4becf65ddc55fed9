import { selectedText } from '@/components/marks/selectedText'
import { useEffect, useEffectEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './marking.module.css'

/** How long a selection stands before the button comes: it must not run after the pointer. */
const SETTLED_MS = 150

interface Props {
  responses: readonly { id: number; text: string }[]
  onMark: () => void
}

/** Comes where text of a response was selected, and marks it. */
export function SelectionButton({ responses, onMark }: Props) {
  const { t } = useTranslation()
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null)
  const look = useEffectEvent(() => {
    const found = selectedText(responses) && document.getSelection()?.getRangeAt(0).getBoundingClientRect()
    setPlace(found ? { left: Math.min(found.right, window.innerWidth - 120), top: Math.min(found.bottom + 6, window.innerHeight - 48) } : null)
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const changed = () => {
      clearTimeout(timer)
      timer = setTimeout(() => look(), SETTLED_MS)
    }
    const hide = () => setPlace(null)
    document.addEventListener('selectionchange', changed)
    document.addEventListener('scroll', hide, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('selectionchange', changed)
      document.removeEventListener('scroll', hide, true)
    }
  }, [])
  if (!place) return null
  return (
    <button
      type="button"
      className={styles.floating}
      style={place}
      // The press must not take away the selection that it is about.
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => {
        setPlace(null)
        onMark()
      }}
      data-testid="mark-selection"
    >
      {t('marking.mark')} <kbd>f</kbd>
    </button>
  )
}
