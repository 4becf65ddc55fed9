import type { Answer, Assignment } from '@/api/assignments'
import { letterAt } from '@/lib/hues'
import { isDiscarded, orderText, scoreOf, setScore, tiersOf, type Ordering, type Score } from '@/lib/ordering'
import { uuid } from '@/lib/uuid'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { ActiveClock } from './activeClock'
import type { Content } from './content'
import { startOf } from './drafts'
import { DraftSync, type DraftState } from './draftSync'
import { filledEvidence } from './evidence'
import { beginHistory, record, redone, undone, type History } from './history'

/** Where the focus goes after a score: to the next response, or back to one that was left out. */
export function nextFocus(ordering: Ordering, scored: number): number {
  const { responses } = ordering
  if (scored + 1 < responses.length) return scored + 1
  const open = responses.findIndex((id) => scoreOf(ordering, id) === null)
  return open === -1 ? scored : open
}

/** The answer as the server takes it; null unless the ordering is complete. */
function answerOf({ ordering, notes, noneAcceptable, evidence, faults }: Content, token: number, seconds: number): Answer | null {
  const order = tiersOf(ordering)
  return order && {
    token,
    idempotency_key: uuid(),
    scores: { ...ordering.scores },
    order,
    discarded: ordering.responses.filter((id) => isDiscarded(ordering, id)),
    none_acceptable: noneAcceptable,
    notes,
    evidence: filledEvidence(evidence),
    faults: faults.map(({ id: _, ...fault }) => fault),
    seconds: Math.round(seconds * 10) / 10,
  }
}

/** What the page says of the draft. */
export type DraftShown = 'none' | 'restored' | 'saving' | 'saved' | 'waiting' | 'local' | 'unkept'

function shownOf({ kept, server, other }: DraftState, restored: boolean): DraftShown {
  if (server === 'saved') return 'saved'
  if (kept === false) return 'unkept'
  if (server === 'waiting') return 'waiting'
  if (server === 'refused' || (other?.version ?? null) !== null) return 'local'
  if (server === 'saving') return 'saving'
  return restored ? 'restored' : 'none'
}

/** Saves the task for as long as it is on the page, and runs the clock from where it stood. */
function useSaving(sync: DraftSync, clock: ActiveClock, seconds: number): DraftState {
  const taken = useRef(seconds)
  useEffect(() => {
    clock.set(taken.current)
    const stop = sync.start()
    const noteTime = () => sync.noteTime(clock.read())
    document.addEventListener('visibilitychange', noteTime)
    return () => {
      taken.current = clock.read()
      document.removeEventListener('visibilitychange', noteTime)
      stop()
    }
  }, [sync, clock])
  return useSyncExternalStore(sync.subscribe, sync.snapshot)
}

/** The state of one task at hand: what is said of it, and the focus. Every change is saved, and can be undone. */
export function useTask(assignment: Assignment, user: number, clock: ActiveClock) {
  const [start] = useState(() => startOf(user, assignment))
  const [sync] = useState(() => new DraftSync(user, assignment, start))
  const [history, setHistory] = useState(() => beginHistory(start.draft))
  const [focused, setFocused] = useState(0)
  const columns = useRef<(HTMLElement | null)[]>([])
  const saving = useSaving(sync, clock, start.draft.seconds)
  const { present: content } = history
  const { ordering } = content

  const become = (next: History) => {
    setHistory(next)
    sync.note(next.present, clock.read())
  }
  const change = (part: Partial<Content>) => become(record(history, { ...content, ...part }, focused, Date.now()))
  const focus = (index: number) => {
    setFocused(index)
    columns.current[index]?.focus()
  }
  const travel = (to: ReturnType<typeof undone>) => {
    if (!to) return
    become(to.history)
    focus(to.focused)
  }

  const letter = (id: number) => letterAt(ordering.responses.indexOf(id))
  return {
    ordering,
    notes: content.notes,
    noneAcceptable: content.noneAcceptable,
    evidence: content.evidence,
    faults: content.faults,
    /** Replaces parts of what is said; every change is saved as a draft and can be undone */
    change,
    canUndo: history.past.length > 0,
    undo: () => travel(undone(history, focused)),
    redo: () => travel(redone(history, focused)),
    /** How far the draft is saved */
    draft: shownOf(saving, start.restored),
    /** Another draft of this task, to be chosen or turned down */
    other: saving.other,
    changedAt: saving.at,
    keepThis: () => sync.keepThis(),
    takeOther: () => {
      const other = sync.takeOther()
      if (!other) return
      const { token: _, seconds: __, ...said } = other
      change(said)
    },
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
