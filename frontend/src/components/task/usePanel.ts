import { useState } from 'react'
import type { Command } from './commands'
import { useDiffChoice } from './useDiffChoice'
import { usePreference } from './usePreference'

const PANELS = ['closed', 'guideline', 'diff', 'evidence', 'recent'] as const
export type PanelName = Exclude<(typeof PANELS)[number], 'closed'>

interface Around {
  /** How many responses can be compared */
  count: number
  /** Places on the page of the two whose order is being asked */
  asked: readonly [number, number] | null
  /** Whether there is a panel of what was handed in lately */
  hasRecent: boolean
}

/** The one panel beside the responses; which one is remembered. */
export function usePanel({ count, asked, hasRecent }: Around) {
  const [remembered, setRemembered] = usePreference('panel', PANELS)
  const [fresh, setFresh] = useState(false)
  const [searches, setSearches] = useState(0)
  const diff = useDiffChoice(count)
  const open = remembered === 'recent' && !hasRecent ? 'closed' : remembered

  const show = (name: PanelName | 'closed') => {
    setFresh(name !== 'closed')
    setRemembered(name)
  }
  const toggle = (name: PanelName) => show(open === name ? 'closed' : name)
  const compare = (step: 1 | -1) => {
    if (open === 'diff') return diff.turn(step)
    if (asked) diff.choose(asked)
    show('diff')
  }
  const act = (command: Command): boolean => {
    switch (command.name) {
      case 'diff':
        compare(1)
        return true
      case 'diffBack':
        compare(-1)
        return true
      case 'diffUnit':
        if (open === 'diff') diff.switchUnit()
        return true
      case 'diffWide':
        if (open === 'diff') diff.setWide(!diff.wide)
        return true
      case 'guideline':
      case 'evidence':
        toggle(command.name)
        return true
      case 'guidelineFind':
        show('guideline')
        setSearches(searches + 1)
        return true
      case 'recent':
        if (hasRecent) toggle('recent')
        return true
      case 'close':
        show('closed')
        return true
      default:
        return false
    }
  }
  return {
    open,
    /** Opened on this very task, so that it may take the focus; one that stayed open from the last may not */
    fresh,
    /** Grows with every wish to search the guideline */
    searches,
    diff,
    close: () => show('closed'),
    /** `act` runs a command about the panels and tells whether it was one. */
    act,
  }
}

export type Panel = ReturnType<typeof usePanel>
