import type { Assignment } from '@/api/assignments'
import { lazy, Suspense, useEffect, useEffectEvent, type ReactNode } from 'react'
import type { PanelExits } from './PanelFrame'
import type { Panel } from './usePanel'
import type { Task } from './useTask'

const GuidelinePanel = lazy(() => import('./GuidelinePanel'))
const DiffPanel = lazy(() => import('./DiffPanel'))
const EvidencePanel = lazy(() => import('./EvidencePanel'))

interface Props {
  panel: Panel
  assignment: Assignment
  task: Task
  recent?: (exits: PanelExits) => ReactNode
}

/** What stands beside the responses: guideline, diff of two, facts checked, what was handed in lately; or nothing. */
export function SidePanel(props: Props) {
  const { panel, task } = props
  const keepFocus = useEffectEvent(() => {
    if (panel.open === 'closed' && document.activeElement === document.body) task.focus(task.focused)
  })
  // What had the focus went with the panel; a key must not lead to the top of the page.
  useEffect(() => keepFocus(), [panel.open])
  return (
    <Suspense>
      <Open {...props} />
    </Suspense>
  )
}

function Open({ panel, assignment, task, recent }: Props) {
  const frame = { onClose: panel.close, onLeave: () => task.focus(task.focused) }
  switch (panel.open) {
    case 'guideline':
      return (
        <GuidelinePanel project={assignment.project} category={assignment.category} searches={panel.searches} {...frame} />
      )
    case 'diff':
      return <DiffPanel responses={assignment.responses} choice={panel.diff} {...frame} />
    case 'evidence':
      return (
        <EvidencePanel
          evidence={task.evidence}
          onChange={(evidence) => task.change({ evidence })}
          focus={panel.fresh}
          {...frame}
        />
      )
    case 'recent':
      return recent?.(frame)
    case 'closed':
      return null
  }
}
