import { useEffect, useRef, useState } from 'react'

/** Which dialogue is open. When it closes, the focus goes back to where it was. */
export function useDialog<Name extends string>(): [Name | null, (name: Name) => void, () => void] {
  const [open, setOpen] = useState<Name | null>(null)
  const before = useRef<Element>(null)
  useEffect(() => {
    if (open !== null || !(before.current instanceof HTMLElement)) return
    before.current.focus()
    before.current = null
  }, [open])
  const show = (name: Name) => {
    before.current = document.activeElement
    setOpen(name)
  }
  return [open, show, () => setOpen(null)]
}
