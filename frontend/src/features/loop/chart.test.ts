import type { LoopRound } from '@/api/loop'
import { expect, it } from 'vitest'
import { roundSeries } from './chart'

const round = (number: number, state: LoopRound['state'], overall: number | null, against?: number) =>
  ({
    number,
    state,
    figures: {
      model: overall === null ? null : { overall, overall_interval: [overall - 0.1, overall + 0.1] },
      against: against === undefined ? null : { overall: against, overall_interval: null },
    },
  }) as LoopRound

it('draws the measured rounds from the oldest on, with what became of each', () => {
  const told = roundSeries([
    round(4, 'training', null),
    round(3, 'regression', 0.4, 0.5),
    round(2, 'kept', 0.5, 0.5),
    round(1, 'promoted', 0.5),
  ])
  expect(told.numbers).toEqual([1, 2, 3])
  expect(told.ours.map((point) => point?.value)).toEqual([0.5, 0.5, 0.4])
  expect(told.ours[0]).toEqual({ value: 0.5, low: 0.4, high: 0.6 })
  expect(told.theirs).toEqual([null, { value: 0.5, low: 0.5, high: 0.5 }, { value: 0.5, low: 0.5, high: 0.5 }])
  expect(told.promoted).toEqual([0.5, null, null])
  expect([told.min, told.max]).toEqual([0.25, 0.65])
  expect(told.regressions).toEqual([null, null, 0.4])
})
