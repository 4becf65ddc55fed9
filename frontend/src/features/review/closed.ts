import type { Review } from '@/api/reviews'

/** What a review that has been closed is known by. */
export type Closed = Pick<Review, 'review' | 'state'> & { number: number }

const STATES: readonly Review['state'][] = ['approved', 'overruled', 'rejected']

/** The number that a review is called by on the page. */
export function numberOf(review: number): number {
  return review % 1_000_000
}

/** Whether a reviewer closed it with an outcome; one that was withdrawn never had any. */
export function hasOutcome(state: Review['state']): boolean {
  return STATES.includes(state)
}
