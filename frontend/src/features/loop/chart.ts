import type { LoopRound } from '@/api/loop'

export interface Point {
  value: number
  low: number
  high: number
}

export interface RoundSeries {
  /** Numbers of the rounds, in order */
  numbers: number[]
  ours: (Point | null)[]
  /** The model that was current then, on the same benchmark */
  theirs: (Point | null)[]
  /** Overall of those that became the current model, or were surely worse; null elsewhere */
  promoted: (number | null)[]
  regressions: (number | null)[]
  /** Where the axis begins and ends: steps of a twentieth around all that is drawn, within 0 and 1 */
  min: number
  max: number
}

const STEPS = 20

type Measured = LoopRound['figures']['model']

function point(measured: Measured): Point | null {
  const value = measured?.overall ?? null
  if (value === null) return null
  const [low = value, high = value] = measured?.overall_interval ?? []
  return { value, low, high }
}

/** The rounds that were measured, oldest first, as the chart draws them. */
export function roundSeries(rounds: readonly LoopRound[]): RoundSeries {
  const measured = rounds.filter(({ figures }) => point(figures.model) !== null).reverse()
  const marked = (state: LoopRound['state']) =>
    measured.map((round) => (round.state === state ? (point(round.figures.model)?.value ?? null) : null))
  const ours = measured.map(({ figures }) => point(figures.model))
  const theirs = measured.map(({ figures }) => point(figures.against))
  const drawn = [...ours, ...theirs].filter((one) => one !== null)
  return {
    numbers: measured.map(({ number }) => number),
    ours,
    theirs,
    promoted: marked('promoted'),
    regressions: marked('regression'),
    min: Math.max(0, Math.floor(Math.min(...drawn.map(({ low }) => low)) * STEPS - 1) / STEPS),
    max: Math.min(1, Math.ceil(Math.max(...drawn.map(({ high }) => high)) * STEPS + 1) / STEPS),
  }
}
