import type { Assignment } from '@/api/assignments'
import { frameOf, scrollToSpan } from '@/components/marks/showSpan'
import { placesOf, searchable } from '@/lib/find'
import type { TextSpan } from '@/lib/offsets'
import { useMemo, useRef, useState } from 'react'

const NOTHING: TextSpan[][] = []

/** Words looked for in all responses, and the place at hand. */
export function useFinding(responses: Assignment['responses']) {
  const [open, setOpen] = useState(false)
  const [asked, setAsked] = useState(0)
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const before = useRef<HTMLElement | null>(null)
  // Made once a task, and only when somebody looks for something.
  const texts = useMemo(() => (open ? responses.map(({ text }) => searchable(text)) : null), [open, responses])
  const hits = useMemo(() => texts?.map((text) => placesOf(text, words)) ?? NOTHING, [texts, words])
  const all = useMemo(() => hits.flatMap((found, index) => found.map((span) => ({ index, span }))), [hits])

  const goTo = (found: typeof all, place: number) => {
    setAt(place)
    const hit = found[place]
    const frame = hit && frameOf(responses[hit.index]?.id ?? 0)
    if (frame) scrollToSpan(frame, hit.span)
  }
  return {
    open,
    /** Changes each time that the bar is asked for, so that its field takes the focus again */
    asked,
    words,
    hits,
    total: all.length,
    at,
    current: all[at] ?? null,
    show() {
      if (!open) before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null
      setOpen(true)
      setAsked(asked + 1)
    },
    search(next: string) {
      setWords(next)
      const found = texts?.flatMap((text, index) => placesOf(text, next).map((span) => ({ index, span }))) ?? []
      goTo(found, 0)
    },
    step: (by: 1 | -1) => all.length > 0 && goTo(all, (at + by + all.length) % all.length),
    close() {
      setOpen(false)
      before.current?.focus({ preventScroll: true })
    },
  }
}

export type Finding = ReturnType<typeof useFinding>
