import type { Dispute, DisputeComparison, DisputedDiscard } from '@/api/disputes'
import { comparisonKey } from '@/components/compare/verdicts'
import { useKeyCommands } from '@/lib/keyCommands'
import type { Verdict } from '@/lib/ranking'
import { useState } from 'react'
import { choose, chooseDiscard, discardKey, neighbour, nextOpen, openKeys, type Draft } from './decision'
import { commandFor, type Command } from './keys'

interface Options {
  dispute: Dispute
  draft: Draft
  onDraft: (draft: Draft) => void
  /** Every difference has its verdict: what is left is the reason */
  onDone: () => void
  onDiff: () => void
  /** Opens, closes, or without a word turns the guideline over */
  onGuideline: (open?: boolean) => void
  onEscalate: () => void
  onConfirm: () => void
}

/** Which difference is at hand, how verdicts are taken on it, and the keys for all of it. */
export function useDisputeKeys({ dispute, draft, onDraft, ...on }: Options) {
  const { comparisons, discards, may_decide: mayDecide } = dispute
  const keys = openKeys(dispute)
  const first = keys[0] ?? (comparisons[0] ? comparisonKey(comparisons[0]) : '')
  const [focus, setFocus] = useState(first)
  const [other, setOther] = useState(false)
  const moveTo = (key: string) => {
    setFocus(key)
    setOther(false)
  }
  const settle = (next: Draft, key: string) => {
    onDraft(next)
    const following = nextOpen(dispute, next, key)
    if (following === null) on.onDone()
    moveTo(following ?? key)
  }
  const take = (row: DisputeComparison, verdict: Verdict) => {
    if (mayDecide && !row.same) settle(choose(draft, row, verdict), comparisonKey(row))
  }
  const takeDiscard = (row: DisputedDiscard, discarded: boolean) => {
    if (mayDecide) settle(chooseDiscard(draft, row, discarded), discardKey(row))
  }
  const focused = comparisons.find((row) => comparisonKey(row) === focus)
  const discard = discards.find((row) => discardKey(row) === focus)
  const takePass = (index: number) => {
    const verdict = focused?.verdicts[index]?.verdict
    const mark = discard?.passes[index]
    if (focused && verdict) take(focused, verdict)
    else if (discard && mark) takeDiscard(discard, mark.marked)
  }
  const run = (command: Command) => {
    if (command.name === 'move') moveTo(neighbour(keys, focus, command.step))
    else if (command.name === 'takePass') takePass(command.index)
    else if (command.name === 'other') setOther(mayDecide && focused !== undefined)
    else if (command.name === 'verdict') return other && focused ? take(focused, command.verdict) : undefined
    else if (command.name === 'diff') on.onDiff()
    else if (command.name === 'guideline') on.onGuideline()
    else if (command.name === 'escalate') on.onEscalate()
    else if (command.name === 'confirm') on.onConfirm()
    else {
      setOther(false)
      on.onGuideline(false)
    }
  }
  useKeyCommands(commandFor, run)
  return { focus, other, setOther, moveTo, take, takeDiscard }
}
