import { TIES, type BiasFilters } from '@/api/bias'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What the address holds, as the server takes it; what it could not take is left out. */
export function toFilters(address: Record<'ties' | 'from' | 'to', string | null>): BiasFilters {
  const day = (text: string | null) => (text !== null && DAY.test(text) ? text : undefined)
  return {
    ties: TIES.find((ties) => ties === address.ties) ?? 'half',
    from: day(address.from),
    to: day(address.to),
  }
}

/** What a bin of length differences holds: the first and the last are open at one end. */
export function binNames(edges: readonly number[]): string[] {
  const [first, last] = [edges[0] ?? 0, edges[edges.length - 1] ?? 0]
  const between = edges.slice(1).map((edge, place) => `${signed(edges[place] ?? 0)}…${signed(edge - 1)}`)
  return [`≤${signed(first - 1)}`, ...between, `≥${signed(last)}`]
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value).replace('-', '−')
}

/** Whether an interval leaves out what no bias would give. */
export function leaning(interval: { low: number | null; high: number | null }, even: number): boolean {
  return interval.low !== null && interval.high !== null && (interval.low > even || interval.high < even)
}
