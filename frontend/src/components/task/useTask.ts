import type { Answer, Assignment } from '@/api/assignments'
import { letterAt } from '@/lib/hues'
import { isDiscarded, orderText, scoreOf, setScore, tiersOf, type Ordering, type Score } from '@/lib/ordering'
import { uuid } from '@/lib/uuid'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { ActiveClock } from './activeClock'
import { freshDraft, loadDraft, saveDraft } from './drafts'

interface Content {
  ordering: Ordering
  notes: string
}

/** Where the focus goes after a score: to the next response, or back to one that was left out. */
export function nextFocus(ordering: Ordering, scored: number): number {
  const { responses } = ordering
  if (scored + 1 < responses.length) return scored + 1
  const open = responses.findIndex((id) => scoreOf(ordering, id) === null)
  return open === -1 ? scored : open
}

/** The answer as the server takes it; null unless the ordering is complete. */
export function answerOf({ ordering, notes }: Content, token: number, seconds: number): Answer | null {
  const order = tiersOf(ordering)
  return order && {
    token,
    idempotency_key: uuid(),
    scores: { ...ordering.scores },
    order,
    discarded: ordering.responses.filter((id) => isDiscarded(ordering, id)),
    notes,
    seconds: Math.round(seconds * 10) / 10,
  }
}

/** The state of one task at hand: ordering, notes and focus. Every change is kept as a draft in this browser. */
export function useTask(assignment: Assignment, user: number, clock: ActiveClock) {
  const [earlier] = useState(() => loadDraft(user, assignment))
  const [draft] = useState(() => earlier ?? freshDraft(assignment))
  const [content, setContent] = useState<Content>(draft)
  const [kept, setKept] = useState<boolean | null>(null)
  const [focused, setFocused] = useState(0)
  const columns = useRef<(HTMLElement | null)[]>([])
  const { ordering } = content

  const save = (next: Content) =>
    saveDraft(user, assignment, { ...next, token: assignment.token, seconds: clock.read() })
  const change = (part: Partial<Content>) => {
    const next = { ...content, ...part }
    setContent(next)
    setKept(save(next))
  }
  const focus = (index: number) => {
    setFocused(index)
    columns.current[index]?.focus()
  }

  useEffect(() => clock.set(draft.seconds), [clock, draft])
  const saveTime = useEffectEvent(() => {
    if (kept) save(content)
  })
  useEffect(() => {
    const listener = () => saveTime()
    document.addEventListener('visibilitychange', listener)
    return () => document.removeEventListener('visibilitychange', listener)
  }, [])

  const letter = (id: number) => letterAt(ordering.responses.indexOf(id))
  return {
    ordering,
    notes: content.notes,
    /** Whether the last change could be kept in this browser; null before the first change */
    kept,
    /** Work from before a reload or from an earlier lease is on the page */
    restored: earlier !== null,
    focused,
    setFocused,
    /** Tells where a response's column stands on the page. */
    register(index: number, element: HTMLElement | null) {
      columns.current[index] = element
    },
    /** Brings a response's column into view. */
    reveal: (index: number) => columns.current[index]?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    focus,
    letter,
    setOrdering: (next: Ordering) => change({ ordering: next }),
    setNotes: (notes: string) => change({ notes }),
    /** Scores a response and moves the focus on. */
    score(index: number, score: Score) {
      const id = ordering.responses[index]
      if (id === undefined) return
      const next = setScore(ordering, id, score)
      change({ ordering: next })
      focus(nextFocus(next, index))
    },
    answer: () => answerOf(content, assignment.token, clock.read()),
    text: () => orderText(ordering, letter),
  }
}

export type Task = ReturnType<typeof useTask>
