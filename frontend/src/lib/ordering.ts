/**
 * What one annotator has said of the responses of one task: scores, and order with ties. Plain, immutable values that
 * can be stored as JSON; every function returns a new ordering.
 *
 * - Nothing is ordered before the annotator ordered it: by scoring, by a verdict on an equally scored pair, by dragging.
 * - Different scores fix the order by themselves. Equal scores are asked pair by pair, and never where the answer follows
 *   from earlier ones.
 * - A place given by dragging stands even against the scores; such contradictions are listed, and an ordering that has one
 *   is not complete until the annotator changed one side.
 * - The server's rule (PROTOCOL 4.3): a strictly higher score stands strictly higher; equal scores may be ordered or tied.
 */
import { Preorder, type Relation } from './preorder'

export const SCORES = [0, 1, 2, 3, 4, 5] as const
export type Score = (typeof SCORES)[number]
export type Verdict = 'first' | 'second' | 'same'

interface Statement {
  first: number
  second: number
  verdict: Verdict
  /** Said of two equally scored responses, and good only for as long as they are. */
  tieBreak: boolean
}

export interface Ordering {
  /** Response ids in display order */
  responses: readonly number[]
  /** Score by response id; a response without one is absent */
  scores: Readonly<Record<number, Score>>
  /** Responses marked as garbage, with the score each had before (null: none) */
  discarded: Readonly<Record<number, Score | null>>
  statements: readonly Statement[]
  /** Responses that were dragged into the order, scored or not */
  placed: readonly number[]
}

/** One place in the order bar: tied responses, and how the next place stands to it. */
export interface Slot {
  responses: number[]
  next: 'above' | 'open' | null
}

/** Two responses whose order denies their scores. */
export interface Contradiction {
  higherScored: number
  lowerScored: number
  ordered: 'reversed' | 'tied'
}

export interface Missing {
  unscored: number[]
  openPairs: number
  contradictions: Contradiction[]
}

const RELATION = { first: 'above', second: 'below', same: 'same' } as const satisfies Record<Verdict, Relation>

export function createOrdering(responses: readonly number[]): Ordering {
  return { responses, scores: {}, discarded: {}, statements: [], placed: [] }
}

export function scoreOf(ordering: Ordering, response: number): Score | null {
  return ordering.scores[response] ?? null
}

export function isDiscarded(ordering: Ordering, response: number): boolean {
  return response in ordering.discarded
}

function pairs(responses: readonly number[]): [number, number][] {
  return responses.flatMap((first, i) => responses.slice(i + 1).map((second): [number, number] => [first, second]))
}

/** What the scores alone say of two responses; null where one has none. */
function byScores(ordering: Ordering, first: number, second: number): Exclude<Relation, 'open'> | null {
  const a = scoreOf(ordering, first)
  const b = scoreOf(ordering, second)
  if (a === null || b === null) return null
  if (a === b) return 'same'
  return a > b ? 'above' : 'below'
}

class View {
  private readonly order: Preorder

  constructor(private readonly ordering: Ordering, statements: readonly Statement[]) {
    this.order = new Preorder(ordering.responses.length)
    for (const { first, second, verdict } of statements) this.relate(first, second, RELATION[verdict])
  }

  /** Statements first, for the annotator's hand counts; then what the scores say of pairs still unrelated. */
  static complete(ordering: Ordering): View {
    const view = new View(ordering, ordering.statements)
    for (const [first, second] of pairs(ordering.responses)) {
      const said = byScores(ordering, first, second)
      if (said === 'above' || said === 'below') view.relate(first, second, said)
    }
    return view
  }

  private at(response: number): number {
    return this.ordering.responses.indexOf(response)
  }

  private relate(first: number, second: number, relation: Exclude<Relation, 'open'>): void {
    this.order.relate(this.at(first), this.at(second), relation)
  }

  relation(first: number, second: number): Relation {
    return this.order.relation(this.at(first), this.at(second))
  }

  row(members: readonly number[]): number[][] {
    const rows = this.order.row(members.map((response) => this.at(response)))
    return rows.map((tier) => tier.map((index) => this.ordering.responses[index] as number))
  }
}

function statement(ordering: Ordering, first: number, second: number, verdict: Verdict): Statement {
  return { first, second, verdict, tieBreak: byScores(ordering, first, second) === 'same' }
}

const VERDICT = { above: 'first', below: 'second', same: 'same' } as const

/** The statements that pass `keep`, and what the others implied of pairs that do not touch `response`. */
function withdraw(ordering: Ordering, response: number, keep: (statement: Statement) => boolean): Statement[] {
  const touches = ({ first, second }: Statement) => first === response || second === response
  const kept = ordering.statements.filter((said) => !touches(said) || keep(said))
  const before = new View(ordering, ordering.statements)
  const after = new View(ordering, kept)
  const others = ordering.responses.filter((other) => other !== response)
  const implied = pairs(others).flatMap(([first, second]) => {
    const relation = before.relation(first, second)
    if (relation === 'open' || after.relation(first, second) !== 'open') return []
    return relation === byScores(ordering, first, second) && relation !== 'same'
      ? []
      : [statement(ordering, first, second, VERDICT[relation])]
  })
  return [...kept, ...implied]
}

function rescored(ordering: Ordering, response: number, score: Score | null): Ordering {
  const statements = withdraw(ordering, response, (said) => !said.tieBreak)
  const scores = Object.fromEntries(Object.entries(ordering.scores).filter(([id]) => Number(id) !== response))
  return { ...ordering, statements, scores: score === null ? scores : { ...scores, [response]: score } }
}

function withoutMark(ordering: Ordering, response: number): Ordering['discarded'] {
  return Object.fromEntries(Object.entries(ordering.discarded).filter(([id]) => Number(id) !== response))
}

/** Scores a response. Its tie-breaks lapse and are asked anew; a score above 0 takes back its garbage mark. */
export function setScore(ordering: Ordering, response: number, score: Score): Ordering {
  const next = rescored(ordering, response, score)
  return score === 0 ? next : { ...next, discarded: withoutMark(ordering, response) }
}

/** Marks a response as garbage, which scores it 0; a second time takes the mark back and restores the score. */
export function toggleDiscard(ordering: Ordering, response: number): Ordering {
  const before = ordering.discarded[response]
  if (before !== undefined) {
    return { ...rescored(ordering, response, before), discarded: withoutMark(ordering, response) }
  }
  const marked = { ...ordering.discarded, [response]: scoreOf(ordering, response) }
  return { ...rescored(ordering, response, 0), discarded: marked }
}

/** Responses that have a place in the order bar: scored, or dragged there. */
function members(ordering: Ordering): number[] {
  return ordering.responses.filter((id) => scoreOf(ordering, id) !== null || ordering.placed.includes(id))
}

/** Responses without a place so far. */
export function unplaced(ordering: Ordering): number[] {
  const inBar = members(ordering)
  return ordering.responses.filter((id) => !inBar.includes(id))
}

/** The order bar, best first. Neighbours of which neither is known to be better are marked open. */
export function arrangement(ordering: Ordering): Slot[] {
  const view = View.complete(ordering)
  const tiers = view.row(members(ordering))
  return tiers.map((responses, index) => {
    const following = tiers[index + 1]?.[0]
    if (following === undefined) return { responses, next: null }
    return { responses, next: view.relation(responses[0] as number, following) === 'above' ? 'above' : 'open' }
  })
}

/**
 * Puts a response below all of `above`, level with all of `level`, and above the rest of the order bar. These must be
 * whole slots of the arrangement, so that the new place agrees with everything known of the others.
 */
export function place(
  ordering: Ordering,
  response: number,
  above: readonly number[],
  level: readonly number[] = [],
): Ordering {
  const statements = withdraw(ordering, response, () => false)
  const others = members(ordering).filter((other) => other !== response)
  const said = others.flatMap((other) => {
    const relation = level.includes(other) ? 'same' : above.includes(other) ? 'below' : 'above'
    // What different scores say already needs no statement, which would outlive a later change of score.
    if (relation !== 'same' && byScores(ordering, response, other) === relation) return []
    return [statement(ordering, response, other, VERDICT[relation])]
  })
  return { ...ordering, statements: [...statements, ...said], placed: [...new Set([...ordering.placed, response])] }
}

/** Takes back where a response was put by hand. A scored one keeps the place that its score gives. */
export function unplace(ordering: Ordering, response: number): Ordering {
  return {
    ...ordering,
    statements: withdraw(ordering, response, () => false),
    placed: ordering.placed.filter((id) => id !== response),
  }
}

function openPairs(ordering: Ordering): [number, number][] {
  const view = View.complete(ordering)
  const distance = ([a, b]: [number, number]) => ordering.responses.indexOf(b) - ordering.responses.indexOf(a)
  return pairs(ordering.responses)
    .filter(([a, b]) => byScores(ordering, a, b) === 'same' && view.relation(a, b) === 'open')
    .sort((p, q) => distance(p) - distance(q))
}

/** The equally scored pair to ask about next, neighbours first; null until everything is scored and without contradiction. */
export function pendingPair(ordering: Ordering): [number, number] | null {
  const { unscored, contradictions } = missing(ordering)
  if (unscored.length > 0 || contradictions.length > 0) return null
  return openPairs(ordering)[0] ?? null
}

/** Answers the pending pair. Without one, nothing changes. */
export function decide(ordering: Ordering, verdict: Verdict): Ordering {
  const pair = pendingPair(ordering)
  if (!pair) return ordering
  return { ...ordering, statements: [...ordering.statements, statement(ordering, ...pair, verdict)] }
}

/** Every pair whose order denies its scores, in display order. */
export function contradictions(ordering: Ordering): Contradiction[] {
  const view = View.complete(ordering)
  return pairs(ordering.responses).flatMap(([first, second]) => {
    const said = byScores(ordering, first, second)
    const relation = view.relation(first, second)
    if (said === null || said === 'same' || said === relation) return []
    const [higherScored, lowerScored] = said === 'above' ? [first, second] : [second, first]
    return [{ higherScored, lowerScored, ordered: relation === 'same' ? 'tied' : 'reversed' }]
  })
}

/** Lets the scores decide: of all that was said by hand, only the order of equally scored responses is kept. */
export function adoptScores(ordering: Ordering): Ordering {
  return {
    ...ordering,
    statements: ordering.statements.filter(({ first, second }) => byScores(ordering, first, second) === 'same'),
    placed: ordering.placed.filter((id) => scoreOf(ordering, id) !== null),
  }
}

/**
 * Gives some responses new scores and leaves the order as it stands. What different scores say needs no statement; what
 * they said before and say no more becomes one.
 */
export function withScores(ordering: Ordering, scores: Readonly<Record<number, Score>>): Ordering {
  const next = { ...ordering, scores: { ...ordering.scores, ...scores } }
  const view = View.complete(ordering)
  const statements = pairs(members(ordering)).flatMap(([first, second]) => {
    const relation = view.relation(first, second)
    if (relation === 'open' || (relation !== 'same' && relation === byScores(next, first, second))) return []
    return [statement(next, first, second, VERDICT[relation])]
  })
  return { ...next, statements }
}

/** What stands between this ordering and its submission. */
export function missing(ordering: Ordering): Missing {
  return {
    unscored: ordering.responses.filter((id) => scoreOf(ordering, id) === null),
    openPairs: openPairs(ordering).length,
    contradictions: contradictions(ordering),
  }
}

export function isComplete(ordering: Ordering): boolean {
  const { unscored, openPairs: open, contradictions: contradicted } = missing(ordering)
  return unscored.length === 0 && open === 0 && contradicted.length === 0
}

/** Tiers of response ids, best first; null unless complete. */
export function tiersOf(ordering: Ordering): number[][] | null {
  return isComplete(ordering) ? arrangement(ordering).map(({ responses }) => responses) : null
}

/** The order as people write it, "A > C = B", with " ? " where it is open. `name` gives a response's letter. */
export function orderText(ordering: Ordering, name: (response: number) => string): string {
  const sign = { above: ' > ', open: ' ? ' }
  return arrangement(ordering)
    .map(({ responses, next }) => responses.map(name).join(' = ') + (next ? sign[next] : ''))
    .join('')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Whether a stored value is an ordering of just these responses, as drafts from an older version may not be. */
export function isOrderingOf(value: unknown, responses: readonly number[]): value is Ordering {
  if (!isRecord(value) || !isRecord(value.scores) || !isRecord(value.discarded)) return false
  const { responses: stored, statements, placed } = value
  if (!Array.isArray(stored) || !Array.isArray(statements) || !Array.isArray(placed)) return false
  return stored.length === responses.length && stored.every((id) => responses.includes(id))
}
