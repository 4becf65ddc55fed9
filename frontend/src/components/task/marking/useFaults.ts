import type { Assignment, FaultKind } from '@/api/assignments'
import { selectedText } from '@/components/marks/selectedText'
import { frameOf } from '@/components/marks/showSpan'
import { firstSentence, visibleText } from '@/lib/caret'
import { boxOf, runsIn, spanToRanges, toPoints, toUnits, type TextSpan } from '@/lib/offsets'
import { uuid } from '@/lib/uuid'
import { useState } from 'react'
import type { FaultMark } from '@/components/task/content'
import type { Task } from '@/components/task/useTask'

type Response = Assignment['responses'][number]

/** A passage chosen from the keyboard. */
export interface Caret {
  response: Response
  span: TextSpan
}

/** A passage about to be marked, or a mark about to be changed. */
export interface MarkDraft extends Caret {
  /** The selection went on in another response */
  cut: boolean
  editing?: FaultMark
  /** Where on the page the passage is */
  place: DOMRect
}

function placeOf({ response, span }: Caret): DOMRect {
  const frame = frameOf(response.id)
  const ranges = frame ? spanToRanges(runsIn(frame), span) : []
  const last = ranges.at(-1)
  return last ? boxOf(last) : new DOMRect()
}

/** Marking passages of the responses as faults: by selection or from the keyboard. */
export function useFaults({ responses }: Assignment, task: Task, kinds: readonly FaultKind[]) {
  const [draft, setDraft] = useState<MarkDraft | null>(null)
  const [caret, setCaret] = useState<Caret | null>(null)

  const begin = (chosen: Caret & { cut?: boolean; editing?: FaultMark }) =>
    setDraft({ cut: false, ...chosen, place: placeOf(chosen) })
  const startCaret = () => {
    const response = responses[task.focused]
    const frame = response && frameOf(response.id)
    const span = frame && firstSentence(visibleText(runsIn(frame), response.text))
    if (span) setCaret({ response, span })
  }
  const leave = () => {
    const column = frameOf((draft ?? caret)?.response.id ?? 0)?.closest<HTMLElement>('[tabindex="0"]')
    setDraft(null)
    setCaret(null)
    column?.focus({ preventScroll: true })
  }
  return {
    all: task.faults,
    draft,
    caret,
    setCaret,
    /** Marks what is selected; with nothing selected, begins choosing from the keyboard, or marks what is chosen so */
    mark() {
      if (kinds.length === 0) return
      const chosen = selectedText(responses) ?? caret
      if (chosen) begin(chosen)
      else startCaret()
    },
    edit(fault: FaultMark) {
      const response = responses.find(({ id }) => id === fault.response)
      if (response) begin({ response, span: toUnits(response.text, fault), editing: fault })
    },
    remove: ({ id }: FaultMark) => task.change({ faults: task.faults.filter((fault) => fault.id !== id) }),
    save(said: Pick<FaultMark, 'kind' | 'severity' | 'note'>) {
      if (!draft) return
      const { response, span, editing } = draft
      const fault = { id: editing?.id ?? uuid(), response: response.id, ...toPoints(response.text, span), ...said }
      const others = task.faults.filter(({ id }) => id !== fault.id)
      task.change({ faults: [...others, fault] })
      document.getSelection()?.removeAllRanges()
      leave()
    },
    leave,
  }
}

export type Faults = ReturnType<typeof useFaults>
