import type { Assignment, FaultKind } from '@/api/assignments'
import type { ReactNode } from 'react'
import type { Command } from './commands'
import { FindBar } from './marking/FindBar'
import { MarkingPanel } from './marking/MarkingPanel'
import { useCaretKeys } from './marking/useCaretKeys'
import { useFaults } from './marking/useFaults'
import { useFinding } from './marking/useFinding'
import type { Task } from './useTask'

const NO_SPANS: NonNullable<Assignment['returned']>['spans'] = []
/** What may be done while a passage is being chosen: nothing that a digit or letter meant for the choice could do by chance. */
const BESIDE_CHOICE: readonly Command['name'][] = ['submit', 'help', 'undo', 'redo']

/** Marking faults in the texts, and finding words in them. */
export function useMarking(assignment: Assignment, task: Task, kinds: readonly FaultKind[]) {
  const faults = useFaults(assignment, task, kinds)
  const finding = useFinding(assignment.responses)
  useCaretKeys(faults)
  const choosing = faults.draft !== null || faults.caret !== null
  const act = (command: Command): boolean => {
    if (command.name === 'fault') {
      if (!faults.draft) faults.mark()
      return true
    }
    if (command.name === 'close' && choosing) {
      faults.leave()
      return true
    }
    if (choosing) return faults.draft !== null || !BESIDE_CHOICE.includes(command.name)
    if (command.name === 'find') {
      finding.show()
      return true
    }
    if (command.name !== 'close' || !finding.open) return false
    finding.close()
    return true
  }
  const findBar: ReactNode = finding.open && <FindBar finding={finding} />
  const panel: ReactNode = kinds.length > 0 && <MarkingPanel assignment={assignment} faults={faults} kinds={kinds} />
  return {
    /** Runs a command about marks or finding and tells whether it was one */
    act,
    findBar,
    panel,
    faults,
    finding,
    kinds,
    /** What a reviewer found fault with when the task came back */
    returned: assignment.returned?.spans ?? NO_SPANS,
  }
}

export type Marking = ReturnType<typeof useMarking>
