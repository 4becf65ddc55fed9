import type { Ordering } from '@/lib/ordering'
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { useDragWords } from './dragging'
import { dropped, homeOf, targetKey, targetsOf, type Target } from './drop'
import type { Task } from './useTask'

interface Carried {
  id: number
  /** Which target of `ordering` it is over */
  at: number
  ordering: Ordering
}

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }
const GRIPS = new Set(['Space', 'Enter', 'NumpadEnter'])

/**
 * A chip carried by keys from target to target, in reading order.
 *
 * Not dnd-kit's KeyboardSensor: that listens for arrows only from a timeout after the key that picked the chip up, and drops on
 * the target it last reported, which is one render late. Who types faster than a busy page paints would lose the first
 * arrow to the columns and drop one target short. Here every press finds what the press before it left.
 */
export function useCarry({ ordering, setOrdering, letter }: Task, bar: RefObject<HTMLElement | null>) {
  const words = useDragWords(letter)
  const [begun, setCarried] = useState<Carried | null>(null)
  const [told, setTold] = useState('')
  const landed = useRef<number | null>(null)
  // An order changed on the way (by an undo, say) has other targets: what was carried stays where it is.
  const carried = begun?.ordering === ordering ? begun : null
  const targets = targetsOf(ordering)

  useLayoutEffect(() => {
    if (landed.current === null) return
    // In its new place the chip is a new element; the focus goes with it.
    bar.current?.querySelector<HTMLElement>(`[data-chip="${landed.current}"]`)?.focus()
    landed.current = null
  })

  const nameOf = ({ id, at }: Pick<Carried, 'id' | 'at'>) =>
    at === homeOf(ordering, id) ? 'home' : targetKey(targets[at] as Target)
  const over = (id: number, at: number) => {
    setCarried({ id, at, ordering })
    return words.over(id, nameOf({ id, at }))
  }
  const putDown = (chip: Carried) => {
    const { id, at } = chip
    const next = at === homeOf(ordering, id) ? ordering : dropped(ordering, id, targets[at] as Target)
    setCarried(null)
    setTold(words.end(id, nameOf(chip)))
    if (next === ordering) return
    landed.current = id
    setOrdering(next)
  }
  const cancel = (id: number) => {
    setCarried(null)
    setTold(words.cancel(id))
  }
  const press = (code: string, id: number) => {
    const step = STEPS[code]
    if (carried?.id !== id) setTold(`${words.start(id)} ${over(id, homeOf(ordering, id))}`)
    else if (step) setTold(over(id, Math.min(Math.max(carried.at + step, 0), targets.length - 1)))
    else if (code === 'Escape') cancel(id)
    else putDown(carried)
  }

  return {
    told,
    carried: carried?.id ?? null,
    /** The target that chip is over */
    over: carried && targetKey(targets[carried.at] as Target),
    /** Its place in display order, where that target is another than its own */
    guest: carried && nameOf(carried) !== 'home' ? ordering.responses.indexOf(carried.id) : null,
    handlers: (id: number) => ({
      onKeyDown: (event: KeyboardEvent) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return
        const grip = GRIPS.has(event.code)
        if (!grip && (carried?.id !== id || !(event.code in STEPS || event.code === 'Escape'))) return
        event.preventDefault()
        // A key held down must not pick up and put down in turn.
        if (!(grip && event.repeat)) press(event.code, id)
      },
      onBlur: () => carried?.id === id && cancel(id),
    }),
  }
}

export type Carry = ReturnType<typeof useCarry>
