import { adoptScores, contradictions, decide, pendingPair, scoreOf, toggleDiscard } from '@/lib/ordering'
import { acceptable, adoptOrder, adoptUnacceptable } from '@/lib/rescoring'
import type { Command } from './commands'
import { nextFocus, type Task } from './useTask'

/** Garbage scores 0: on a response that had no score yet, the mark is its score, and the focus moves on as after one. */
function discard(task: Task): void {
  const { ordering, focused } = task
  const id = ordering.responses[focused]
  if (id === undefined) return
  const next = toggleDiscard(ordering, id)
  task.setOrdering(next)
  if (scoreOf(ordering, id) === null) task.focus(nextFocus(next, focused))
}

/** Lets what was said by hand decide against the scores: the order first, then that none would do. */
function rescore(task: Task): void {
  const { ordering, noneAcceptable } = task
  if (contradictions(ordering).length > 0) task.setOrdering(adoptOrder(ordering))
  else if (noneAcceptable && acceptable(ordering).length > 0) task.setOrdering(adoptUnacceptable(ordering))
}

/** Runs a command about what is said of the responses, and tells whether it was one. */
export function judge(command: Command, task: Task): boolean {
  const { ordering } = task
  switch (command.name) {
    case 'score':
      task.score(task.focused, command.score)
      return true
    case 'verdict':
      if (pendingPair(ordering)) task.setOrdering(decide(ordering, command.verdict))
      return true
    case 'move':
      task.focus(Math.max(0, Math.min(task.focused + command.step, ordering.responses.length - 1)))
      return true
    case 'discard':
      discard(task)
      return true
    case 'noneAcceptable':
      task.change({ noneAcceptable: !task.noneAcceptable })
      return true
    case 'adoptScores':
      if (contradictions(ordering).length > 0) task.setOrdering(adoptScores(ordering))
      return true
    case 'adoptOrder':
      rescore(task)
      return true
    default:
      return false
  }
}
