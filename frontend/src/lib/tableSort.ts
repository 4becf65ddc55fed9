/** Sorting of a table whose order stands in the address: "agreement" ascending, "-agreement" descending. */
import { useFilters } from './useFilters'

export type Order = 'ascend' | 'descend'

/** Which column `text` sorts by, and in what order. */
export function parseSort(text: string | null): { key: string; order: Order } | null {
  if (!text) return null
  return text.startsWith('-') ? { key: text.slice(1), order: 'descend' } : { key: text, order: 'ascend' }
}

/** Numbers in order; rows without one come last in either order (a table turns the sign around when it descends). */
export function compareNumbers(one: number | null | undefined, other: number | null | undefined, order?: Order | null) {
  const known = (value: number | null | undefined): value is number => value !== null && value !== undefined
  if (known(one) && known(other)) return one - other
  if (known(one) === known(other)) return 0
  const last = order === 'descend' ? -1 : 1
  return known(one) ? -last : last
}

interface Chosen {
  columnKey?: React.Key
  order?: Order | null
}

/** The table's order in the address: what a column's `sortOrder` is, and what to do when somebody chooses another. */
export function useTableSort() {
  const [{ sort }, setFilters] = useFilters('sort')
  const current = parseSort(sort)
  return {
    orderOf: (key: string): Order | null => (current?.key === key ? current.order : null),
    choose: (chosen: Chosen | Chosen[]) => {
      const { columnKey, order } = Array.isArray(chosen) ? (chosen[0] ?? {}) : chosen
      setFilters({ sort: order ? `${order === 'descend' ? '-' : ''}${String(columnKey)}` : null })
    },
  }
}
