import { arrangement, place, unplace, unplaced, type Ordering } from '@/lib/ordering'

/** Where a chip can be dropped: between two places, onto a place (a tie), or back among the unplaced. */
export type Target = { kind: 'gap' | 'slot'; index: number } | { kind: 'tray' }

export function targetKey(target: Target): string {
  return target.kind === 'tray' ? 'tray' : `${target.kind}-${target.index}`
}

/** Every target of the order bar as it stands, in reading order. */
export function targetsOf(ordering: Ordering): Target[] {
  const behind = arrangement(ordering).flatMap((_, index): Target[] => [
    { kind: 'slot', index },
    { kind: 'gap', index: index + 1 },
  ])
  const tray: Target[] = unplaced(ordering).length > 0 ? [{ kind: 'tray' }] : []
  return [{ kind: 'gap', index: 0 }, ...behind, ...tray]
}

/** Which of those targets a response stands on. */
export function homeOf(ordering: Ordering, response: number): number {
  const slot = arrangement(ordering).findIndex(({ responses }) => responses.includes(response))
  return targetsOf(ordering).findIndex((target) => (slot === -1 ? target.kind === 'tray' : targetKey(target) === `slot-${slot}`))
}

/** The ordering after `response` was dropped on a target of the order bar as it stands. */
export function dropped(ordering: Ordering, response: number, target: Target): Ordering {
  if (target.kind === 'tray') return unplace(ordering, response)
  const others = arrangement(ordering).map((slot) => slot.responses.filter((id) => id !== response))
  const above = others.slice(0, target.index).flat()
  if (target.kind === 'gap') return place(ordering, response, above)
  const level = others[target.index] ?? []
  return level.length > 0 ? place(ordering, response, above, level) : ordering
}
