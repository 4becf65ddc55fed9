import type { DiffUnit } from '@/lib/textDiff'
import { useState } from 'react'
import { usePreference, useSwitch } from './usePreference'

/** Two responses by their places on the page */
export type Pair = readonly [number, number]

const UNITS = ['character', 'word'] as const satisfies readonly DiffUnit[]

/** Every pair of `count` things: AB, AC, BC. */
function pairsOf(count: number): Pair[] {
  const places = Array.from({ length: count }, (_, place) => place)
  return places.flatMap((a) => places.slice(a + 1).map((b): Pair => [a, b]))
}

/** Which two responses are compared, and how it is shown. */
export function useDiffChoice(count: number) {
  const pairs = pairsOf(count)
  const [at, setAt] = useState(0)
  const [unit, setUnit] = usePreference('diffUnit', UNITS)
  const [wide, setWide] = useSwitch('diffWide', false)
  return {
    pairs,
    pair: pairs[at] ?? ([0, 0] as Pair),
    unit,
    wide,
    setWide,
    switchUnit: () => setUnit(unit === 'word' ? 'character' : 'word'),
    turn: (step: 1 | -1) => setAt((at + step + pairs.length) % pairs.length),
    choose: ([a, b]: Pair) => setAt(Math.max(0, pairs.findIndex((pair) => pair[0] === a && pair[1] === b))),
  }
}

export type DiffChoice = ReturnType<typeof useDiffChoice>
