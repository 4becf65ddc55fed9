import { useEffect, useRef, type ReactNode } from 'react'
import styles from './discussion.module.css'

interface Props {
  focused: boolean
  /** Nothing to settle here any more */
  quiet?: boolean
  testid: string
  /** The letters in question */
  name: ReactNode
  state: string
  onFocus: () => void
  children: ReactNode
}

/** A row that j and k move between: pressing it focuses it, and the focused one keeps itself in view. */
export function ItemRow({ focused, quiet = false, testid, name, state, onFocus, children }: Props) {
  const place = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (focused) place.current?.scrollIntoView({ block: 'nearest' })
  }, [focused])
  return (
    <tr
      ref={place}
      className={styles.item}
      data-quiet={quiet || undefined}
      aria-current={focused || undefined}
      onClick={onFocus}
      data-testid={testid}
    >
      <td className={styles.pair}>
        <button type="button" className={styles.about} onClick={onFocus}>
          {name}
        </button>
        <span className={styles.settled}>{state}</span>
      </td>
      {children}
    </tr>
  )
}
