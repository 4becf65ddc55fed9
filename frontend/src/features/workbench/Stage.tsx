import { Activity, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import styles from './workbench.module.css'

function madePlace(): HTMLElement {
  const place = document.createElement('div')
  place.className = styles.stage ?? ''
  return place
}

interface Props {
  shown: boolean
  children: ReactNode
}

/**
 * Renders its children ahead of being shown, when the page has nothing else to do: then showing them is but putting them
 * on the page. Until then they stand in no document, so nothing finds them, and their effects do not run.
 */
export function Stage({ shown, children }: Props) {
  const [place] = useState(madePlace)
  return (
    <>
      {/* Comes first, so that the children are on the page when their effects run. */}
      <Mount place={shown ? place : null} />
      {createPortal(<Activity mode={shown ? 'visible' : 'hidden'}>{children}</Activity>, place)}
    </>
  )
}

function Mount({ place }: { place: HTMLElement | null }) {
  const around = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (!place) return
    around.current?.append(place)
    return () => place.remove()
  }, [place])
  return <div ref={around} className={styles.stage} />
}
