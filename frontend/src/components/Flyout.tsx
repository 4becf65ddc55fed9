import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react'
import { Link } from 'react-router'
import styles from './Flyout.module.css'

interface Props {
  open: boolean
  onClose: () => void
  /** What opens it */
  button: ReactNode
  /** Which edge of the button it keeps to */
  align: 'start' | 'end'
  children: ReactNode
}

/**
 * What opens below a button. It closes on Escape, which leads back to the button, and when somebody presses or goes
 * elsewhere. Ant Design's menus and popovers would be an eighth of what every page loads.
 */
export function Flyout({ open, onClose, button, align, children }: Props) {
  const place = useRef<HTMLSpanElement>(null)
  const leave = useEffectEvent((target: EventTarget | null) => {
    if (!place.current?.contains(target as Node | null)) onClose()
  })
  useEffect(() => {
    if (!open) return
    const listener = (event: PointerEvent) => leave(event.target)
    document.addEventListener('pointerdown', listener)
    return () => document.removeEventListener('pointerdown', listener)
  }, [open])
  return (
    <span
      ref={place}
      className={styles.place}
      onBlur={({ relatedTarget, currentTarget }) => {
        if (relatedTarget && !currentTarget.contains(relatedTarget)) onClose()
      }}
      onKeyDown={(event) => {
        if (!open || event.key !== 'Escape') return
        // The page below keeps what it would close.
        event.preventDefault()
        place.current?.querySelector('button')?.focus()
        onClose()
      }}
    >
      {button}
      {open && (
        <div className={styles.panel} data-align={align}>
          {children}
        </div>
      )}
    </span>
  )
}

export interface FlyoutItem {
  key: string | number
  label: string
  current?: boolean
  /** Where it leads, or what it does */
  to?: string
  onClick?: () => void
}

/** The choices of a flyout; taking one closes it. */
export function FlyoutItems({ items, onClose }: { items: readonly FlyoutItem[]; onClose: () => void }) {
  return (
    <ul className={styles.items}>
      {items.map(({ key, label, current, to, onClick }) => (
        <li key={key}>
          {to === undefined ? (
            <button type="button" className={styles.item} onClick={() => (onClose(), onClick?.())}>
              {label}
            </button>
          ) : (
            <Link to={to} className={styles.item} aria-current={current || undefined} onClick={onClose}>
              {label}
            </Link>
          )}
        </li>
      ))}
    </ul>
  )
}
