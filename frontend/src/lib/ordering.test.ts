import { describe, expect, it } from 'vitest'
import {
  adoptScores,
  arrangement,
  contradictions,
  createOrdering,
  decide,
  isComplete,
  isDiscarded,
  isOrderingOf,
  missing,
  orderText,
  pendingPair,
  place,
  scoreOf,
  SCORES,
  setScore,
  tiersOf,
  toggleDiscard,
  unplace,
  unplaced,
  type Ordering,
  type Score,
  type Verdict,
} from './ordering'

const [A, B, C] = [11, 22, 33] as const
const NAMES: Record<number, string> = { [A]: 'A', [B]: 'B', [C]: 'C', 44: 'D', 55: 'E' }
const text = (ordering: Ordering) => orderText(ordering, (id) => NAMES[id] ?? '?')

function scored(a: Score, b: Score, c: Score): Ordering {
  return [A, B, C].reduce((o, id, i) => setScore(o, id, [a, b, c][i] as Score), createOrdering([A, B, C]))
}

function answered(ordering: Ordering, ...verdicts: Verdict[]): Ordering {
  return verdicts.reduce(decide, ordering)
}

describe('an ordering at first', () => {
  const fresh = createOrdering([A, B, C])

  it('has nothing ordered and asks nothing', () => {
    expect(arrangement(fresh)).toEqual([])
    expect(unplaced(fresh)).toEqual([A, B, C])
    expect(pendingPair(fresh)).toBeNull()
    expect(tiersOf(fresh)).toBeNull()
  })

  it('names every response as unscored', () => {
    expect(missing(fresh)).toEqual({ unscored: [A, B, C], openPairs: 0, contradictions: [] })
  })

  it('ignores a verdict, for there is no question', () => {
    expect(decide(fresh, 'first')).toBe(fresh)
  })
})

describe('different scores', () => {
  it('fix the order by themselves', () => {
    expect(tiersOf(scored(2, 5, 3))).toEqual([[B], [C], [A]])
    expect(text(scored(2, 5, 3))).toBe('B > C > A')
  })

  it('order only the scored responses until all are', () => {
    const two = setScore(setScore(createOrdering([A, B, C]), C, 4), A, 1)
    expect(text(two)).toBe('C > A')
    expect(unplaced(two)).toEqual([B])
    expect(isComplete(two)).toBe(false)
  })
})

describe('equal scores', () => {
  it('are open until asked, and block the submission', () => {
    const tied = scored(4, 4, 2)
    expect(text(tied)).toBe('A ? B > C')
    expect(pendingPair(tied)).toEqual([A, B])
    expect(isComplete(tied)).toBe(false)
  })

  it.each([
    ['first', 'A > B > C'],
    ['second', 'B > A > C'],
    ['same', 'A = B > C'],
  ] as const)('are settled by the verdict %s', (verdict, order) => {
    const settled = answered(scored(4, 4, 2), verdict)
    expect(text(settled)).toBe(order)
    expect(isComplete(settled)).toBe(true)
  })

  it('are not asked before everything is scored', () => {
    const two = setScore(setScore(createOrdering([A, B, C]), A, 3), B, 3)
    expect(pendingPair(two)).toBeNull()
    expect(text(two)).toBe('A ? B')
  })

  it('of three: the third pair is not asked where it follows', () => {
    const settled = answered(scored(3, 3, 3), 'first', 'same')
    expect(pendingPair(settled)).toBeNull()
    expect(text(settled)).toBe('A > B = C')
  })

  it('of three: the third pair is asked where it does not follow', () => {
    const two = answered(scored(3, 3, 3), 'first', 'second')
    expect(pendingPair(two)).toEqual([A, C])
    expect(text(answered(two, 'second'))).toBe('C > A > B')
    expect(text(answered(two, 'same'))).toBe('A = C > B')
  })

  it('keep their verdict when another response is rescored', () => {
    expect(text(setScore(answered(scored(4, 4, 2), 'second'), C, 5))).toBe('C > B > A')
  })

  it('lose their verdict once the scores differ, without a contradiction', () => {
    const changed = setScore(answered(scored(4, 4, 2), 'second'), A, 5)
    expect(text(changed)).toBe('A > B > C')
    expect(isComplete(changed)).toBe(true)
  })

  it('are asked anew when a response is given the same score again', () => {
    expect(pendingPair(setScore(answered(scored(4, 4, 2), 'second'), A, 4))).toEqual([A, B])
  })

  it('keep what followed from a response that is rescored', () => {
    const chain = answered(scored(3, 3, 3), 'first', 'first')
    expect(text(setScore(chain, B, 1))).toBe('A > C > B')
    expect(isComplete(setScore(chain, B, 1))).toBe(true)
  })
})

describe('dragging', () => {
  it('builds an order before anything is scored', () => {
    let ordering = place(createOrdering([A, B, C]), B, [])
    ordering = place(ordering, A, [B])
    ordering = place(ordering, C, [B], [A])
    expect(text(ordering)).toBe('B > A = C')
    expect(missing(ordering).unscored).toEqual([A, B, C])
  })

  it('settles equal scores', () => {
    expect(tiersOf(place(scored(4, 4, 2), B, []))).toEqual([[B], [A], [C]])
    expect(tiersOf(place(scored(4, 4, 2), B, [], [A]))).toEqual([[A, B], [C]])
  })

  it('can be taken back', () => {
    const dragged = place(createOrdering([A, B, C]), B, [])
    expect(unplaced(unplace(dragged, B))).toEqual([A, B, C])
    expect(text(unplace(place(scored(1, 2, 3), A, []), A))).toBe('C > B > A')
  })

  it('keeps the order of the others', () => {
    const chain = answered(scored(3, 3, 3), 'first', 'first')
    expect(text(place(chain, B, [A, C]))).toBe('A > C > B')
  })

  it('states nothing that the scores say already, so that a later score decides alone', () => {
    const rescored = setScore(place(scored(4, 4, 2), B, []), C, 5)
    expect(text(rescored)).toBe('C > B > A')
    expect(contradictions(rescored)).toEqual([])
  })
})

describe('a drag against the scores', () => {
  const against = place(scored(4, 3, 2), C, [])

  it('is kept, and listed pair by pair', () => {
    expect(text(against)).toBe('C > A > B')
    expect(contradictions(against)).toEqual([
      { higherScored: A, lowerScored: C, ordered: 'reversed' },
      { higherScored: B, lowerScored: C, ordered: 'reversed' },
    ])
    expect(isComplete(against)).toBe(false)
    expect(tiersOf(against)).toBeNull()
  })

  it('is settled by changing the scores', () => {
    const settled = setScore(against, C, 5)
    expect(contradictions(settled)).toEqual([])
    expect(tiersOf(settled)).toEqual([[C], [A], [B]])
  })

  it('is settled by adopting the order of the scores', () => {
    expect(tiersOf(adoptScores(against))).toEqual([[A], [B], [C]])
  })

  it('also contradicts as a tie between different scores', () => {
    const tied = place(scored(4, 3, 2), B, [], [A])
    expect(contradictions(tied)).toEqual([{ higherScored: A, lowerScored: B, ordered: 'tied' }])
    expect(text(tied)).toBe('A = B > C')
  })

  it('contradicts as well when the scores come after it', () => {
    let ordering = place(place(createOrdering([A, B, C]), A, []), B, [A])
    ordering = setScore(setScore(ordering, A, 1), B, 5)
    expect(contradictions(ordering)).toEqual([{ higherScored: B, lowerScored: A, ordered: 'reversed' }])
  })

  it('asks no pair while it stands, and keeps settled ties when the scores are adopted', () => {
    const tie = answered(scored(4, 4, 2), 'second')
    const broken = place(tie, C, [])
    expect(pendingPair(broken)).toBeNull()
    expect(text(adoptScores(broken))).toBe('B > A > C')
  })
})

describe('the garbage mark', () => {
  it('scores 0, and restores the score when taken back', () => {
    const marked = toggleDiscard(scored(4, 3, 2), A)
    expect(isDiscarded(marked, A)).toBe(true)
    expect(scoreOf(marked, A)).toBe(0)
    expect(text(marked)).toBe('B > C > A')
    expect(text(toggleDiscard(marked, A))).toBe('A > B > C')
  })

  it('leaves an unscored response unscored when taken back', () => {
    const twice = toggleDiscard(toggleDiscard(createOrdering([A, B, C]), B), B)
    expect(scoreOf(twice, B)).toBeNull()
    expect(isDiscarded(twice, B)).toBe(false)
  })

  it('goes with a score above 0 and stays with a score of 0', () => {
    const marked = toggleDiscard(scored(4, 3, 2), A)
    expect(isDiscarded(setScore(marked, A, 0), A)).toBe(true)
    expect(isDiscarded(setScore(marked, A, 2), A)).toBe(false)
  })
})

describe('a stored ordering', () => {
  it('survives JSON and is recognised by its responses', () => {
    const stored: unknown = JSON.parse(JSON.stringify(place(answered(scored(4, 4, 2), 'same'), C, [])))
    expect(isOrderingOf(stored, [A, B, C])).toBe(true)
    expect(text(stored as Ordering)).toBe('C > A = B')
    expect(isOrderingOf(stored, [A, B, 99])).toBe(false)
    expect(isOrderingOf({ scores: {} }, [A, B, C])).toBe(false)
  })
})

/** A reproducible stream of numbers below `n` (mulberry32). */
function random(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n)
  }
}

function step(ordering: Ordering, below: (n: number) => number): Ordering {
  const id = ordering.responses[below(ordering.responses.length)] as number
  const slots = arrangement(ordering).map((slot) => slot.responses)
  const at = below(slots.length + 1)
  const above = slots.slice(0, at).flat().filter((other) => other !== id)
  const kind = below(10)
  if (kind < 4) return setScore(ordering, id, SCORES[below(3)] as Score)
  if (kind < 6) return decide(ordering, (['first', 'second', 'same'] as const)[below(3)] as Verdict)
  if (kind < 7) return place(ordering, id, above)
  if (kind < 8) return place(ordering, id, above, (slots[at] ?? []).filter((other) => other !== id))
  return kind < 9 ? toggleDiscard(ordering, id) : adoptScores(ordering)
}

describe('an annotation of three by keyboard', () => {
  const RANKS = [0, 1, 2].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1, 2].map((c) => [a, b, c] as const)))
  const VERDICTS = { '-1': 'first', 1: 'second', 0: 'same' } as const

  it('comes to every answer that the server accepts in at most seven presses', () => {
    let [answers, longest] = [0, 0]
    for (const scores of SCORES.flatMap((a) => SCORES.flatMap((b) => SCORES.map((c) => [a, b, c] as const)))) {
      for (const ranks of RANKS) {
        const place = (id: number) => ranks[[A, B, C].indexOf(id as typeof A)] as number
        const agrees = [0, 1, 2].every((i) => [0, 1, 2].every((j) => (scores[i] as number) <= (scores[j] as number) || (ranks[i] as number) < (ranks[j] as number)))
        if (!agrees) continue
        let ordering = scored(...scores)
        let presses = 3
        for (let pair = pendingPair(ordering); pair; pair = pendingPair(ordering)) {
          const sign = Math.sign(place(pair[0]) - place(pair[1])) as -1 | 0 | 1
          ordering = decide(ordering, VERDICTS[sign])
          presses += 1
        }
        const tiers = [0, 1, 2].map((rank) => [A, B, C].filter((id) => place(id) === rank)).filter((tier) => tier.length > 0)
        expect(tiersOf(ordering)).toEqual(tiers)
        answers += 1
        longest = Math.max(longest, presses + 1)
      }
    }
    expect([answers > 500, longest]).toEqual([true, 7])
  })
})

describe('any sequence of actions', () => {
  const runs = Array.from({ length: 400 }, (_, seed) => {
    const below = random(seed)
    const states = [createOrdering([A, B, C, 44, 55].slice(0, 3 + (seed % 3)))]
    for (let i = 0; i < 25; i += 1) states.push(step(states.at(-1) as Ordering, below))
    return states
  })

  it('keeps every response exactly once, in the bar or out of it', () => {
    for (const ordering of runs.flat()) {
      const all = [...arrangement(ordering).flatMap((slot) => slot.responses), ...unplaced(ordering)]
      expect([...all].sort()).toEqual([...ordering.responses].sort())
    }
  })

  it('is complete only with an order that the server accepts', () => {
    const complete = runs.flat().filter(isComplete)
    expect(complete.length).toBeGreaterThan(100)
    for (const ordering of complete) {
      const rank = new Map(tiersOf(ordering)?.flatMap((tier, i) => tier.map((id) => [id, i] as const)))
      for (const a of ordering.responses) {
        for (const b of ordering.responses) {
          const higher = (scoreOf(ordering, a) as number) > (scoreOf(ordering, b) as number)
          if (higher) expect(rank.get(a)).toBeLessThan(rank.get(b) as number)
        }
      }
    }
  })

  it('can always be brought to an end: adopt the scores, then answer what is asked', () => {
    for (const last of runs.map((states) => states.at(-1) as Ordering)) {
      const filled = last.responses.reduce((o, id) => (scoreOf(o, id) === null ? setScore(o, id, 3) : o), last)
      let ordering = adoptScores(filled)
      expect(contradictions(ordering)).toEqual([])
      const questions = last.responses.length ** 2
      for (let i = 0; i < questions && pendingPair(ordering); i += 1) ordering = decide(ordering, 'second')
      expect(isComplete(ordering)).toBe(true)
    }
  })

  it('puts a dragged response just where it was dropped', () => {
    for (const ordering of runs.map((states) => states.at(-1) as Ordering)) {
      const slots = arrangement(ordering).map((slot) => slot.responses)
      for (const id of ordering.responses) {
        const rest = slots.map((tier) => tier.filter((other) => other !== id)).filter((tier) => tier.length > 0)
        for (let gap = 0; gap <= rest.length; gap += 1) {
          const above = rest.slice(0, gap).flat()
          const after = arrangement(place(ordering, id, above)).map((slot) => slot.responses)
          const own = after.findIndex((tier) => tier.includes(id))
          expect(after[own]).toEqual([id])
          expect(after.slice(0, own).flat().sort()).toEqual(above.sort())
        }
      }
    }
  })
})
