/** Colours passages of the page without touching its elements; where the browser cannot, it does nothing. */

/** A painted layer; how it looks stands in components/highlights.css. */
export type Layer = 'mask' | 'returned' | 'found' | 'found-current' | 'caret' | 'flash' | `fault-${string}-${number}`

/** Whose passages they are, by layer. */
const painted = new Map<object, Map<Layer, readonly AbstractRange[]>>()
/** What lies over what it overlaps. */
const PRIORITY: Partial<Record<Layer, number>> = { found: 1, 'found-current': 2, caret: 3, flash: 4 }

const registry = () => (typeof CSS === 'undefined' ? undefined : CSS.highlights)

function highlight(layer: Layer): Highlight | undefined {
  const highlights = registry()
  if (!highlights) return undefined
  const found = highlights.get(layer) ?? new Highlight()
  found.priority = PRIORITY[layer] ?? 0
  highlights.set(layer, found)
  return found
}

/** Paints an owner's passages of one layer in place of those it had. */
export function paint(owner: object, layer: Layer, ranges: readonly AbstractRange[]): void {
  const layers = painted.get(owner) ?? new Map<Layer, readonly AbstractRange[]>()
  const target = highlight(layer)
  for (const range of layers.get(layer) ?? []) target?.delete(range)
  for (const range of ranges) target?.add(range)
  layers.set(layer, ranges)
  painted.set(owner, layers)
}

/** Takes away all that an owner painted. */
export function wipe(owner: object): void {
  for (const layer of painted.get(owner)?.keys() ?? []) paint(owner, layer, [])
  painted.delete(owner)
}
