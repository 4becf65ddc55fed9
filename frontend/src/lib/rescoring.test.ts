import { describe, expect, it } from 'vitest'
import {
  arrangement,
  contradictions,
  createOrdering,
  decide,
  orderText,
  pendingPair,
  place,
  scoreOf,
  SCORES,
  setScore,
  toggleDiscard,
  type Ordering,
  type Score,
} from './ordering'
import { acceptable, adoptOrder, adoptUnacceptable, rescoresToOrder, rescoresToUnacceptable } from './rescoring'

const text = (ordering: Ordering) => orderText(ordering, (id) => 'ABCDE'[id - 1] ?? '?')
const scoresOf = ({ responses, scores }: Ordering) => responses.map((id) => scores[id])

/** Every way to put the ids 1..n in tiers: ranks 0..n-1 without a gap. */
function rankings(n: number): number[][] {
  const all = vectors(n, n)
  return all.filter((ranks) => ranks.every((rank) => rank === 0 || ranks.includes(rank - 1)))
}

/** Every list of `length` numbers below `base`. */
function vectors(length: number, base: number): number[][] {
  if (length === 0) return [[]]
  return vectors(length - 1, base).flatMap((head) => Array.from({ length: base }, (_, last) => [...head, last]))
}

/** Responses 1..n put by hand in the order of `ranks` (0 is best), then scored, then marked. */
function ordered(ranks: readonly number[], scores: readonly number[], garbage: readonly number[] = []): Ordering {
  const ids = ranks.map((_, i) => i + 1)
  const rank = (id: number) => ranks[id - 1] as number
  let ordering = createOrdering(ids)
  for (const id of ids) {
    const others = ids.filter((other) => other < id)
    const above = others.filter((other) => rank(other) < rank(id))
    ordering = place(ordering, id, above, others.filter((other) => rank(other) === rank(id)))
  }
  ordering = ids.reduce((o, id) => setScore(o, id, scores[id - 1] as Score), ordering)
  return garbage.reduce(toggleDiscard, ordering)
}

/** The rule, word for word, over every score vector there is. */
function cheapest(ordering: Ordering, ranks: readonly number[]): number[] {
  const before = scoresOf(ordering) as number[]
  const pairs = vectors(2, ranks.length)
  const agreeing = vectors(ranks.length, SCORES.length).filter(
    (scores) =>
      pairs.every(([a, b]) => {
        const [x, y] = [scores[a as number] as number, scores[b as number] as number]
        const [first, second] = [ranks[a as number] as number, ranks[b as number] as number]
        return first === second ? x === y : first > second || x >= y
      }) && ordering.responses.every((id, i) => !(id in ordering.discarded) || scores[i] === 0),
  )
  const byPlace = ranks.map((_, i) => i).sort((a, b) => (ranks[a] as number) - (ranks[b] as number))
  const keys = agreeing.map((scores) => ({
    scores,
    key: [
      scores.reduce((sum, score, i) => sum + Math.abs(score - (before[i] as number)), 0),
      scores.filter((score, i) => score !== before[i]).length,
      ...byPlace.map((i) => -(scores[i] as number)),
    ],
  }))
  const less = (a: number[], b: number[]) => {
    const at = a.findIndex((value, i) => value !== b[i])
    return at !== -1 && (a[at] as number) < (b[at] as number)
  }
  return keys.reduce((best, one) => (less(one.key, best.key) ? one : best)).scores
}

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

describe('the order adopted', () => {
  it('gives the cheapest scores that agree with it in every order and with every scores of three', () => {
    for (const ranks of rankings(3)) {
      for (const scores of vectors(3, SCORES.length)) {
        const ordering = ordered(ranks, scores)
        expect(scoresOf(adoptOrder(ordering)), `${text(ordering)} ${scores.join()}`).toEqual(cheapest(ordering, ranks))
      }
    }
  })

  it.each([
    [4, 150],
    [5, 25],
  ])('gives the cheapest scores for %i responses, too, some of them garbage (%i drawn)', (n, draws) => {
    const below = random(n)
    const orders = rankings(n)
    for (let i = 0; i < draws; i += 1) {
      const ranks = orders[below(orders.length)] as number[]
      const garbage = ranks.map((_, at) => at + 1).filter(() => below(5) === 0)
      const ordering = ordered(ranks, ranks.map(() => below(6)), garbage)
      const adopted = adoptOrder(ordering)
      expect(scoresOf(adopted), text(ordering)).toEqual(cheapest(ordering, ranks))
      expect(text(adopted)).toBe(text(ordering))
      expect(contradictions(adopted)).toEqual([])
    }
  })

  it('raises the one that was moved up, where lowering the other would cost as much', () => {
    const ordering = ordered([1, 2, 0], [4, 2, 3])
    expect(text(ordering)).toBe('C > A > B')
    expect(rescoresToOrder(ordering)).toEqual([{ response: 3, from: 3, to: 4 }])
    expect(text(adoptOrder(ordering))).toBe('C > A > B')
  })

  it('changes one response by two points rather than two by one each', () => {
    expect(rescoresToOrder(ordered([1, 0], [4, 2]))).toEqual([{ response: 2, from: 2, to: 4 }])
  })

  it('keeps what only the scores had said, where they say it no more', () => {
    // B under A by its score alone; C, dragged between, makes all three equal.
    const scored = [5, 3, 0].reduce((o, score, i) => setScore(o, i + 1, score as Score), createOrdering([1, 2, 3]))
    const dragged = place(place(scored, 3, []), 1, [3])
    const adopted = adoptOrder(dragged)
    expect(text(adopted)).toBe(text(dragged))
    expect(pendingPair(adopted)).toBeNull()
  })

  it('leaves an ordering without contradictions as it is', () => {
    const fine = ordered([0, 1, 2], [5, 3, 3])
    expect(adoptOrder(fine)).toBe(fine)
  })

  it('leaves open what is open, in any sequence of scores, marks and drags', () => {
    let [open, changed] = [0, 0]
    for (let seed = 0; seed < 600; seed += 1) {
      const below = random(seed)
      let ordering = createOrdering([1, 2, 3, 4, 5].slice(0, 3 + (seed % 3)))
      for (let i = 0; i < 12; i += 1) {
        const id = 1 + below(ordering.responses.length)
        const slots = arrangement(ordering).map(({ responses }) => responses.filter((other) => other !== id))
        const at = below(slots.length + 1)
        const kind = below(8)
        if (kind < 5) ordering = setScore(ordering, id, (2 + below(3)) as Score)
        else if (kind < 7) ordering = place(ordering, id, slots.slice(0, at).flat(), kind === 6 ? (slots[at] ?? []) : [])
        else ordering = toggleDiscard(decide(ordering, 'second'), id)
      }
      const adopted = adoptOrder(ordering)
      expect(text(adopted), `seed ${seed}`).toBe(text(ordering))
      expect(contradictions(adopted), `seed ${seed}`).toEqual([])
      expect(adoptOrder(adopted)).toBe(adopted)
      for (const id of ordering.responses) {
        if (id in ordering.discarded) expect(scoreOf(adopted, id)).toBe(0)
        if (scoreOf(ordering, id) === null) expect(scoreOf(adopted, id)).toBeNull()
      }
      if (text(ordering).includes('?')) open += 1
      if (adopted !== ordering) changed += 1
    }
    expect([open > 50, changed > 100]).toEqual([true, true])
  })
})

describe('none acceptable', () => {
  const tied = decide(ordered([1, 0, 2], [4, 5, 2]), 'first')

  it('is denied by every score of 4 or 5', () => {
    expect(acceptable(tied)).toEqual([1, 2])
    expect(acceptable(ordered([0, 1], [3, 0]))).toEqual([])
  })

  it('lowers these to 3 and keeps their order', () => {
    expect(rescoresToUnacceptable(tied)).toEqual([
      { response: 1, from: 4, to: 3 },
      { response: 2, from: 5, to: 3 },
    ])
    const lowered = adoptUnacceptable(tied)
    expect(text(lowered)).toBe('B > A > C')
    expect(pendingPair(lowered)).toBeNull()
    expect(acceptable(lowered)).toEqual([])
  })
})
