import { createOrdering, orderText, setScore, type Ordering } from '@/lib/ordering'
import { describe, expect, it } from 'vitest'
import { dropped, homeOf, targetKey, targetsOf } from './drop'

const text = (ordering: Ordering) => orderText(ordering, (id) => 'ABC'[id - 1] ?? '')
const scored = setScore(setScore(setScore(createOrdering([1, 2, 3]), 1, 4), 2, 3), 3, 2)

describe('a chip dropped', () => {
  it('before, between or after the others stands there', () => {
    expect(text(dropped(scored, 3, { kind: 'gap', index: 0 }))).toBe('C > A > B')
    expect(text(dropped(scored, 3, { kind: 'gap', index: 1 }))).toBe('A > C > B')
    expect(text(dropped(scored, 1, { kind: 'gap', index: 3 }))).toBe('B > C > A')
  })

  it('onto another is tied with it', () => {
    expect(text(dropped(scored, 3, { kind: 'slot', index: 0 }))).toBe('A = C > B')
  })

  it('onto its own place changes nothing', () => {
    expect(dropped(scored, 2, { kind: 'slot', index: 1 })).toBe(scored)
  })

  it('into an empty bar is the first', () => {
    expect(text(dropped(createOrdering([1, 2, 3]), 2, { kind: 'gap', index: 0 }))).toBe('B')
  })

  it('back into the tray is out of the order, unless its score keeps it there', () => {
    const one = dropped(createOrdering([1, 2, 3]), 2, { kind: 'gap', index: 0 })
    expect(text(dropped(one, 2, { kind: 'tray' }))).toBe('')
    const against = dropped(scored, 3, { kind: 'gap', index: 0 })
    expect(text(dropped(against, 3, { kind: 'tray' }))).toBe('A > B > C')
  })
})

describe('the targets of the order bar', () => {
  const keys = (ordering: Ordering) => targetsOf(ordering).map(targetKey).join(' ')
  const home = (ordering: Ordering, id: number) => keys(ordering).split(' ')[homeOf(ordering, id)]

  it('alternate in reading order, with the tray last for as long as there is one', () => {
    expect(keys(scored)).toBe('gap-0 slot-0 gap-1 slot-1 gap-2 slot-2 gap-3')
    expect(keys(createOrdering([1, 2]))).toBe('gap-0 tray')
    expect(keys(setScore(createOrdering([1, 2]), 2, 4))).toBe('gap-0 slot-0 gap-1 tray')
  })

  it('hold every response on one', () => {
    const one = setScore(createOrdering([1, 2, 3]), 2, 4)
    expect([1, 2, 3].map((id) => home(one, id))).toEqual(['tray', 'slot-0', 'tray'])
    const tied = dropped(scored, 3, { kind: 'slot', index: 0 })
    expect([1, 2, 3].map((id) => home(tied, id))).toEqual(['slot-0', 'slot-1', 'slot-0'])
  })
})
