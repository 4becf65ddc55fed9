/** What a discussion's page shows and does, without React: which rows, where to go next, what a revision changes. */
import type { Discussion, DiscussionComparison, DiscussionVerdict, DisputedDiscard, Revision } from '@/api/discussions'
import { comparisonKey } from '@/components/compare/verdicts'

/** What this person says of a comparison; undefined where they did not judge it, and so cannot revise it. */
export function ownVerdict({ verdicts }: DiscussionComparison): DiscussionVerdict | undefined {
  return verdicts.find(({ mine }) => mine)
}

/** The verdict to take over: the first of the others' that is not one's own. */
export function othersVerdict(row: DiscussionComparison): DiscussionVerdict | undefined {
  const own = ownVerdict(row)
  return row.verdicts.find((said) => said !== own && said.verdict !== own?.verdict)
}

/** Something to settle: a comparison, or a response that some passes call garbage. */
export type Item = {
  key: string
  open: boolean
  /** Whether this person has a say in it */
  mine: boolean
} & ({ row: DiscussionComparison; discard?: undefined } | { row?: undefined; discard: DisputedDiscard })

/** Whether a comparison is, or was, in question. */
function inQuestion({ same, verdicts }: DiscussionComparison): boolean {
  return !same || verdicts.some(({ history }) => history.length > 0)
}

/**
 * What there is to settle, in a lasting order: `listed` (by key) are the comparisons on the page already, also those
 * that have been settled meanwhile; new ones follow, then the disputed discards.
 */
export function itemsOf({ comparisons, discards }: Discussion, listed: readonly string[]): Item[] {
  const known = listed.flatMap((key) => comparisons.find((row) => comparisonKey(row) === key) ?? [])
  const rows = [...known, ...comparisons.filter((row) => inQuestion(row) && !known.includes(row))]
  return [
    ...rows.map((row) => ({ key: comparisonKey(row), open: !row.same, mine: ownVerdict(row) !== undefined, row })),
    ...discards.map((discard) => ({ key: `discard:${discard.response}`, open: true, mine: discard.mine, discard })),
  ]
}

/** `step` items up or down, without running over either end. */
export function neighbour(items: readonly Item[], key: string, step: 1 | -1): string {
  const at = items.findIndex((item) => item.key === key)
  return items[at + step]?.key ?? key
}

/** The next open item after `key`, wrapping round, one's own before others'; `key` itself where none is left. */
export function nextOpen(items: readonly Item[], key: string): string {
  const at = items.findIndex((item) => item.key === key)
  const order = [...items.slice(at + 1), ...items.slice(0, Math.max(0, at))]
  return (order.find(({ open, mine }) => open && mine) ?? order.find(({ open }) => open))?.key ?? key
}

/** The discussion as it is once the server has taken a revision, to be shown before it has. */
export function revised(discussion: Discussion, revision: Revision): Discussion {
  const comparisons = discussion.comparisons.map((row) => {
    if (comparisonKey(row) !== comparisonKey(revision)) return row
    const verdicts = row.verdicts.map((said) => (said.mine ? { ...said, verdict: revision.verdict } : said))
    return { ...row, verdicts, same: new Set(verdicts.map(({ verdict }) => verdict)).size === 1 }
  })
  return { ...discussion, comparisons }
}

/** The pass in which this person serves; undefined for a reader without a seat. */
export function ownPass({ people, me }: Discussion): number | undefined {
  return people.find(({ pseudonym }) => pseudonym === me)?.pass
}

/** Whether this person's pass calls the response garbage now. */
export function ownMark(discussion: Discussion, { passes }: DisputedDiscard): boolean {
  const pass = ownPass(discussion)
  return passes.some((said) => said.pass === pass && said.marked)
}

/** The disputed discard that a key is meant for: the one in focus, one of the focused pair, else the first. */
export function discardInFocus(items: readonly Item[], focused: Item | undefined): DisputedDiscard | undefined {
  if (focused?.discard) return focused.discard
  const discards = items.flatMap(({ discard }) => (discard?.mine ? [discard] : []))
  const pair = [focused?.row?.response_a, focused?.row?.response_b]
  return discards.find(({ response }) => pair.includes(response)) ?? discards[0]
}
