import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Range } from './usePreference'
import styles from './task.module.css'

const STEP = 24

interface Props {
  /** The id of what it resizes */
  controls: string
  height: number
  range: Pick<Range, 'min' | 'max'>
  /** The height on the page now, which a short text does not fill */
  measured: () => number
  onResize: (height: number) => void
}

/** The lower edge of the prompt: dragged, or moved by the arrow keys, Home and End. */
export function PromptHandle({ controls, height, range, measured, onResize }: Props) {
  const { t } = useTranslation()
  const start = useRef<{ y: number; height: number }>(null)
  const byKey: Record<string, number> = {
    ArrowUp: height - STEP,
    ArrowDown: height + STEP,
    Home: range.min,
    End: range.max,
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = byKey[event.key]
    if (next === undefined) return
    event.preventDefault()
    onResize(next)
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { y: event.clientY, height: measured() }
  }
  const onPointerMove = ({ clientY }: PointerEvent) => {
    if (start.current) onResize(start.current.height + clientY - start.current.y)
  }
  const stop = () => {
    start.current = null
  }
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label={t('look.resize')}
      aria-controls={controls}
      aria-valuenow={height}
      aria-valuemin={range.min}
      aria-valuemax={range.max}
      className={styles.promptHandle}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={stop}
      onPointerCancel={stop}
      data-testid="prompt-handle"
    />
  )
}
