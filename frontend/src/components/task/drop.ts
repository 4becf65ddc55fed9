import { arrangement, place, unplace, type Ordering } from '@/lib/ordering'

/** Where a chip can be dropped: between two places, onto a place (a tie), or back among the unplaced. */
export type Target = { kind: 'gap' | 'slot'; index: number } | { kind: 'tray' }

/** The ordering after `response` was dropped on a target of the order bar as it stands. */
export function dropped(ordering: Ordering, response: number, target: Target): Ordering {
  if (target.kind === 'tray') return unplace(ordering, response)
  const others = arrangement(ordering).map((slot) => slot.responses.filter((id) => id !== response))
  const above = others.slice(0, target.index).flat()
  if (target.kind === 'gap') return place(ordering, response, above)
  const level = others[target.index] ?? []
  return level.length > 0 ? place(ordering, response, above, level) : ordering
}
