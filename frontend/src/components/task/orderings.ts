/** Orderings that come from elsewhere: an answer given before, a draft made while the responses stood otherwise. */
import { createOrdering, decide, pendingPair, setScore, SCORES, type Ordering, type Score } from '@/lib/ordering'

const isScore = (value: number | undefined): value is Score => SCORES.some((score) => score === value)

/** The ordering that an answer stands for: its scores, and its tiers (best first) where scores are equal. */
export function orderingOf(
  responses: readonly number[],
  scores: Readonly<Record<string, number>>,
  order: readonly (readonly number[])[],
): Ordering {
  let ordering = createOrdering(responses)
  for (const id of responses) {
    const score = scores[id]
    if (isScore(score)) ordering = setScore(ordering, id, score)
  }
  const tier = (id: number) => order.findIndex((members) => members.includes(id))
  for (let pair = pendingPair(ordering); pair; pair = pendingPair(ordering)) {
    const [first, second] = [tier(pair[0]), tier(pair[1])]
    if (first === -1 || second === -1) break
    ordering = decide(ordering, first === second ? 'same' : first < second ? 'first' : 'second')
  }
  return ordering
}

/** The ordering with every response named anew: `name` gives the new name of an old one. `responses` is its new order. */
export function renamed(ordering: Ordering, name: (id: number) => number, responses: readonly number[]): Ordering {
  const keys = <T>(record: Readonly<Record<number, T>>) =>
    Object.fromEntries(Object.entries(record).map(([id, value]) => [name(Number(id)), value])) as Record<number, T>
  return {
    responses,
    scores: keys(ordering.scores),
    discarded: keys(ordering.discarded),
    statements: ordering.statements.map((said) => ({ ...said, first: name(said.first), second: name(said.second) })),
    placed: ordering.placed.map(name),
  }
}
