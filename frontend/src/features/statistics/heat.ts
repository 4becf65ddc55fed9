import type { Rate } from '@/api/people'
import type { StatisticsRow } from '@/api/statistics'

export const HEAT_MEASURES = ['agreement', 'rejection'] as const
export type HeatMeasure = (typeof HEAT_MEASURES)[number]

export interface HeatLine {
  person: number | null
  name: string
  /** One for each category; null where the person did nothing there */
  cells: (Rate | null)[]
}

export interface Heat {
  categories: { id: number; name: string }[]
  lines: HeatLine[]
}

/** Rows of (category, annotator) as a grid: a line a person, a column a category, in the order in which they come. */
export function heatOf(rows: readonly StatisticsRow[], measure: HeatMeasure): Heat {
  const categories = new Map<number, string>()
  const people = new Map<string, { person: number | null; cells: Map<number, Rate | null> }>()
  for (const row of rows) {
    if (row.category === null) continue
    // A cell is called "category · pseudonym", and pseudonyms hold no such sign.
    const at = row.name.lastIndexOf(' · ')
    const name = row.name.slice(at + 3)
    categories.set(row.category, row.name.slice(0, at))
    const line = people.get(name) ?? { person: row.person, cells: new Map<number, Rate | null>() }
    line.cells.set(row.category, row[measure])
    people.set(name, line)
  }
  const columns = [...categories].map(([id, name]) => ({ id, name }))
  return {
    categories: columns,
    lines: [...people]
      .sort(([one], [other]) => one.localeCompare(other, undefined, { numeric: true }))
      .map(([name, { person, cells }]) => ({ person, name, cells: columns.map(({ id }) => cells.get(id) ?? null) })),
  }
}

/** How strongly a cell is shaded, 0 to 1: the worse the more. Agreement is bad where low, rejection where high. */
export function shade(measure: HeatMeasure, rate: number): number {
  return measure === 'agreement' ? 1 - rate : rate
}
