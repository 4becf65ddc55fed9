import type { StatisticsFilters } from '@/api/statistics'
import { useFilters } from '@/lib/useFilters'
import { useMemo } from 'react'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What the address holds, as the server takes it; what it could not take is left out. */
export function toFilters(address: Record<'from' | 'to' | 'category' | 'source', string | null>): StatisticsFilters {
  const day = (text: string | null) => (text !== null && DAY.test(text) ? text : undefined)
  return {
    from: day(address.from),
    to: day(address.to),
    category: Number(address.category) || undefined,
    source: address.source ?? undefined,
  }
}

/** The page's filters in the address, and how to change some of them (undefined takes one out). */
export function useStatisticsFilters() {
  const [address, setAddress] = useFilters('from', 'to', 'category', 'source')
  const filters = useMemo(() => toFilters(address), [address])
  const change = (changes: Partial<StatisticsFilters>) =>
    setAddress(
      Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value === undefined ? null : String(value)])),
    )
  return { filters, change }
}
