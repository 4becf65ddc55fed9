import type { Review, ReviewComparison } from '@/api/reviews'
import { comparisonKey } from '@/components/compare/verdicts'
import { selectedText } from '@/components/marks/selectedText'
import { useKeyCommands } from '@/lib/keyCommands'
import { toPoints } from '@/lib/offsets'
import type { Verdict } from '@/lib/ranking'
import { useState } from 'react'
import { commandFor, type Command } from './keys'
import { EMPTY_DRAFT, missing, slotKey, toggleSlot, toggleVerdict, toOverruling, toRejection, type Mode } from './verdict'
import type { useReviewAct } from './useReviewAct'

/** What the reviewer is about to do, the comparison at hand, and the keys for all of it. */
export function useReviewDraft(review: Review, act: ReturnType<typeof useReviewAct>) {
  const { comparisons, slots, may_act: mayAct } = review
  const keys = comparisons.map(comparisonKey)
  const [mode, setMode] = useState<Mode>('read')
  const [draft, setDraft] = useState(EMPTY_DRAFT)
  const [focus, setFocus] = useState(keys[0] ?? '')
  const [other, setOther] = useState(false)
  const [diff, setDiff] = useState(false)
  const [guideline, setGuideline] = useState(false)
  const [unplaced, setUnplaced] = useState(false)
  const focused = comparisons.find((row) => comparisonKey(row) === focus)
  const lacking = mode === 'read' ? null : missing(review, draft, mode)

  const moveTo = (key: string) => {
    setFocus(key)
    setOther(false)
  }
  const enter = (next: Mode) => {
    if (!mayAct) return
    setMode(next)
    setOther(false)
  }
  const take = (row: ReviewComparison, verdict: Verdict) => {
    setDraft(toggleVerdict(draft, row, verdict))
    setOther(false)
  }
  const takePass = (index: number) => {
    const verdict = focused?.verdicts[index]
    const slot = slots.find((candidate) => candidate.task === focused?.task && candidate.pass === verdict?.pass)
    if (mode === 'reject' && slot) setDraft(toggleSlot(draft, slot))
    else if (mode === 'overrule' && focused && verdict) take(focused, verdict.verdict)
  }
  const mark = () => {
    const selected = selectedText(review.responses)
    enter('reject')
    setUnplaced(selected === null)
    if (!mayAct || !selected) return
    const { response, span } = selected
    setDraft({ ...draft, spans: [...draft.spans, { response: response.id, ...toPoints(response.text, span) }] })
  }
  const move = (step: 1 | -1) => {
    const from = keys.indexOf(focus)
    // A rejection goes by tasks, so a step there is to the next task.
    const sameTask = (key: string) => mode === 'reject' && key.split(':')[0] === String(focused?.task)
    const way = step > 0 ? keys.slice(from + 1) : keys.slice(0, Math.max(0, from)).reverse()
    moveTo(way.find((key) => !sameTask(key)) ?? focus)
  }
  const approve = () => {
    if (mayAct) act.send({ kind: 'approve', body: { note: '' } })
  }
  const confirm = () => {
    if (!mayAct || lacking !== null) return
    if (mode === 'read') approve()
    else if (mode === 'reject') act.send({ kind: 'reject', body: toRejection(review, draft) })
    else act.send({ kind: 'overrule', body: toOverruling(review, draft) })
  }
  const close = () => {
    setMode('read')
    setOther(false)
    setGuideline(false)
  }
  const run = (command: Command) => {
    if (command.name === 'move') move(command.step)
    else if (command.name === 'takePass') takePass(command.index)
    else if (command.name === 'other') setOther(mode === 'overrule')
    else if (command.name === 'verdict') return mode === 'overrule' && focused ? take(focused, command.verdict) : undefined
    else if (command.name === 'approve') return mode === 'read' ? approve() : undefined
    else if (command.name === 'reject' || command.name === 'overrule') enter(command.name)
    else if (command.name === 'mark') mark()
    else if (command.name === 'diff') setDiff(!diff)
    else if (command.name === 'guideline') setGuideline(!guideline)
    else if (command.name === 'close') close()
    else confirm()
  }
  useKeyCommands(commandFor, run)
  return {
    mode, draft, focus, focused, diff, guideline, lacking, unplaced,
    other: other || (mode === 'overrule' && focused?.same === true),
    setDraft, setOther, setDiff, setGuideline, enter, close, moveTo, take, approve, confirm, mark,
    chosenSlots: slots.filter((slot) => draft.slots.has(slotKey(slot))),
  }
}
