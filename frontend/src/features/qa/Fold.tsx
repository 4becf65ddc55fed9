import { useState, type ReactNode } from 'react'

/** A part of the side column that is read when asked for: closed, it loads nothing. */
export function Fold({ title, testid, children }: { title: string; testid: string; children: ReactNode }) {
  const [open, setOpen] = useState(false)
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} data-testid={testid}>
      <summary>{title}</summary>
      {open && children}
    </details>
  )
}
