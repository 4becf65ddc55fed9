/**
 * From comparisons to a partial ranking, as the server computes it (PROTOCOL 7): an edge chosen -> rejected for every
 * comparison, both edges for "equal"; the nodes of a cycle become one super-node; the nodes without incoming edges
 * are peeled off again and again, each peel one tier. A prompt has a handful of responses, so everything is plain.
 *
 * Source: Wen et al., "Cheems", ACL 2025 (arXiv 2502.17173v3).
 */

/** What is said of (response_a, response_b): a is better, b is better, or they are equal. */
export type Verdict = 'a' | 'b' | 'equal'

export interface ComparisonValue {
  response_a: number
  response_b: number
  verdict: Verdict
}

export interface PreferenceEdge {
  chosen: number
  rejected: number
  /** How often it was said. */
  count: number
  in_cycle: boolean
}

/** Tiers are best first; `merged` holds the super-nodes of two or more conflicting responses. */
export interface PreferenceGraph {
  nodes: number[]
  edges: PreferenceEdge[]
  merged: number[][]
  tiers: number[][]
}

/** The preference graph and partial ranking of one prompt's comparisons. Order within groups follows `nodes`. */
export function preferenceGraph(nodes: readonly number[], comparisons: readonly ComparisonValue[]): PreferenceGraph {
  const edges = countedEdges(comparisons)
  const reaches = reachability(nodes, edges)
  const component = componentsOf(nodes, reaches)
  return {
    nodes: [...nodes],
    edges: edges.map((edge) => ({ ...edge, in_cycle: component.get(edge.chosen) === component.get(edge.rejected) })),
    merged: groupedBy(nodes, component).filter((group) => group.length > 1),
    tiers: groupedBy(nodes, tiersOf(nodes, edges, component)),
  }
}

/** The responses' text form: `A > C = B`. */
export function tiersText(tiers: readonly (readonly number[])[], label: (response: number) => string): string {
  return tiers.map((tier) => tier.map(label).join(' = ')).join(' > ')
}

type Edge = Omit<PreferenceEdge, 'in_cycle'>

function countedEdges(comparisons: readonly ComparisonValue[]): Edge[] {
  const edges = new Map<string, Edge>()
  const add = (chosen: number, rejected: number) => {
    const key = `${chosen}>${rejected}`
    const edge = edges.get(key) ?? { chosen, rejected, count: 0 }
    edges.set(key, { ...edge, count: edge.count + 1 })
  }
  for (const { response_a, response_b, verdict } of comparisons) {
    if (verdict !== 'b') add(response_a, response_b)
    if (verdict !== 'a') add(response_b, response_a)
  }
  return [...edges.values()]
}

function reachability(nodes: readonly number[], edges: readonly Edge[]): Map<number, Set<number>> {
  const reaches = new Map(nodes.map((node) => [node, new Set<number>([node])]))
  for (const { chosen, rejected } of edges) reaches.get(chosen)?.add(rejected)
  for (const middle of nodes) {
    for (const from of nodes) {
      const found = reaches.get(from)
      if (found?.has(middle)) reaches.get(middle)?.forEach((node) => found.add(node))
    }
  }
  return reaches
}

/** Each node's strongly connected component, named by the index of its first node. */
function componentsOf(nodes: readonly number[], reaches: Map<number, Set<number>>): Map<number, number> {
  const together = (one: number, other: number) => reaches.get(one)?.has(other) && reaches.get(other)?.has(one)
  return new Map(nodes.map((node) => [node, nodes.findIndex((other) => together(node, other))]))
}

/** The peel in which each node goes. */
function tiersOf(
  nodes: readonly number[],
  edges: readonly Edge[],
  component: ReadonlyMap<number, number>,
): Map<number, number> {
  let waiting = edges
    .map(({ chosen, rejected }) => ({ above: component.get(chosen), below: component.get(rejected) }))
    .filter(({ above, below }) => above !== below)
  const tier = new Map<number | undefined, number>()
  for (let peel = 1; waiting.length > 0; peel += 1) {
    // Whatever still has an incoming edge waits for this peel, or a later one.
    for (const { below } of waiting) tier.set(below, peel)
    waiting = waiting.filter(({ above }) => tier.get(above) === peel)
  }
  return new Map(nodes.map((node) => [node, tier.get(component.get(node)) ?? 0]))
}

/** The nodes by label, labels ascending, nodes in their own order. */
function groupedBy(nodes: readonly number[], labels: ReadonlyMap<number, number>): number[][] {
  const groups = new Map<number, number[]>()
  for (const node of nodes) {
    const label = labels.get(node) ?? 0
    groups.set(label, [...(groups.get(label) ?? []), node])
  }
  return [...groups].sort(([one], [other]) => one - other).map(([, group]) => group)
}
