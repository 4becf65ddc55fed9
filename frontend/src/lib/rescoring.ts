/** Contradictions settled on the side of the scores: what would have to change for them to agree with the rest. */
import { arrangement, isDiscarded, scoreOf, SCORES, withScores, type Ordering, type Score } from './ordering'

/** From this score on, a response would do as an answer. */
const ACCEPTABLE = 4
const BEST_UNACCEPTABLE = 3

/** A response whose score would have to change. */
export interface Rescore {
  response: number
  from: Score
  to: Score
}

/** Scores for the upper tiers of a row, one for each tier, and what it takes to come to them. */
interface Way {
  /** Sum of all changes of scores */
  points: number
  /** How many responses get another score */
  changed: number
  scores: readonly Score[]
}

/** Less change first, then fewer changed responses, then the higher score from the best place down. */
function isBetter(a: Way, b: Way): boolean {
  if (a.points !== b.points) return a.points < b.points
  if (a.changed !== b.changed) return a.changed < b.changed
  const differing = a.scores.findIndex((score, place) => score !== b.scores[place])
  return differing !== -1 && (a.scores[differing] as Score) > (b.scores[differing] as Score)
}

/** `way` followed by a tier of score `to`; null where it would rise, or where a garbage mark allows nothing but 0. */
function extended(ordering: Ordering, way: Way, tier: readonly number[], to: Score): Way | null {
  if ((way.scores.at(-1) ?? to) < to) return null
  if (to !== 0 && tier.some((id) => isDiscarded(ordering, id))) return null
  const distances = tier.map((id) => Math.abs((scoreOf(ordering, id) ?? to) - to))
  return {
    points: way.points + distances.reduce((sum, one) => sum + one, 0),
    changed: way.changed + distances.filter((one) => one > 0).length,
    scores: [...way.scores, to],
  }
}

const bestOf = (ways: readonly Way[]) => ways.reduce((best, way) => (isBetter(way, best) ? way : best))

/** The best scores that never rise along the row: of the tiers above, the best way to each score is all one must know. */
function scoresAlong(ordering: Ordering, tiers: readonly (readonly number[])[]): readonly Score[] {
  let ways: Way[] = [{ points: 0, changed: 0, scores: [] }]
  for (const tier of tiers) {
    ways = SCORES.flatMap((to) => {
      const longer = ways.flatMap((way) => extended(ordering, way, tier, to) ?? [])
      return longer.length > 0 ? [bestOf(longer)] : []
    })
  }
  return bestOf(ways).scores
}

function rescores(ordering: Ordering, wanted: (response: number) => Score | undefined): Rescore[] {
  return ordering.responses.flatMap((response) => {
    const [from, to] = [scoreOf(ordering, response), wanted(response)]
    return from === null || to === undefined || from === to ? [] : [{ response, from, to }]
  })
}

/**
 * The changes of scores by which the order as it stands agrees with them: a higher place has no lower score, tied
 * responses have equal ones, a response marked as garbage keeps its 0. They change as little as possible: the fewest
 * points, then the fewest responses, then the higher score from the best place down. An open pair stays equally scored:
 * both stand alike to all others, so that telling them apart could only cost more.
 */
export function rescoresToOrder(ordering: Ordering): Rescore[] {
  const tiers = arrangement(ordering).map(({ responses }) => responses)
  const scores = scoresAlong(ordering, tiers)
  return rescores(ordering, (id) => scores[tiers.findIndex((tier) => tier.includes(id))])
}

/** Lets the order decide. */
export function adoptOrder(ordering: Ordering): Ordering {
  return adopted(ordering, rescoresToOrder(ordering))
}

/** The responses that would do as an answer, by their scores. */
export function acceptable(ordering: Ordering): number[] {
  return ordering.responses.filter((id) => (scoreOf(ordering, id) ?? 0) >= ACCEPTABLE)
}

/** The changes of scores by which no response would do as an answer. */
export function rescoresToUnacceptable(ordering: Ordering): Rescore[] {
  const good = acceptable(ordering)
  return rescores(ordering, (id) => (good.includes(id) ? BEST_UNACCEPTABLE : undefined))
}

/** Lets the mark that none would do decide; the order stays as it stands. */
export function adoptUnacceptable(ordering: Ordering): Ordering {
  return adopted(ordering, rescoresToUnacceptable(ordering))
}

function adopted(ordering: Ordering, changes: readonly Rescore[]): Ordering {
  if (changes.length === 0) return ordering
  return withScores(ordering, Object.fromEntries(changes.map(({ response, to }) => [response, to])))
}
