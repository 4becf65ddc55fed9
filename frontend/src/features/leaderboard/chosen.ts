import type { SubsetFigures } from '@/api/models'

/** At most so many models on one radar. */
export const MOST_CHOSEN = 5
const BY_ITSELF = 3

/** The models that an address names (`?models=3,7`), of those offered; the first few where it names none. */
export function chosenModels(text: string | null, offered: readonly { id: number }[]): number[] {
  const known = new Set(offered.map(({ id }) => id))
  const named = (text ?? '').split(',').map(Number).filter((id) => known.has(id))
  return named.length > 0 ? [...new Set(named)].slice(0, MOST_CHOSEN) : [...known].slice(0, BY_ITSELF)
}

/** Every category that some model was measured in. */
export function categoriesOf(figures: readonly (SubsetFigures | undefined)[]): string[] {
  return [...new Set(figures.flatMap((of) => Object.keys(of?.categories ?? {})))].sort()
}
