import { useEffect, useRef, type ReactNode } from 'react'
import styles from './compare.module.css'

interface Props {
  focused: boolean
  /** Nothing to settle here */
  quiet?: boolean
  testid: string
  children: ReactNode
}

/** A row that j and k move between; the focused one keeps itself in view. */
export function FocusRow({ focused, quiet = false, testid, children }: Props) {
  const place = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (focused) place.current?.scrollIntoView({ block: 'nearest' })
  }, [focused])
  return (
    <tr
      ref={place}
      className={`${styles.row} ${focused ? styles.focused : quiet ? styles.same : ''}`}
      aria-current={focused}
      data-testid={testid}
    >
      {children}
    </tr>
  )
}
