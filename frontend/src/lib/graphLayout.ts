/**
 * Where a preference graph's nodes and edges are drawn: tiers from top to bottom, the responses of a super-node side
 * by side or on a circle, and an edge bent aside where a straight line would run through another node.
 * All lengths are SVG user units.
 */
import type { PreferenceEdge, PreferenceGraph } from './ranking'

export const NODE_RADIUS = 17

const NEIGHBOUR_DISTANCE = 84
const OUTLINE_PADDING = 12
const GROUP_GAP = 52
const TIER_GAP = 54
const MARGIN = 14
const ARROW_GAP = 3
const NODE_CLEARANCE = NODE_RADIUS + 7
const LABEL_CLEARANCE = 8

interface Point {
  x: number
  y: number
}

export interface PlacedNode extends Point {
  id: number
}

/** One drawn line: both directions between two responses share it, `backwards` counting the second. */
export interface Link {
  from: number
  to: number
  forwards: number
  backwards: number
  inCycle: boolean
  path: string
  label: Point
}

interface Box extends Point {
  width: number
  height: number
}

export interface Outline extends Box {
  members: number[]
}

export interface GraphLayout {
  /** Everything drawn lies in it; its origin need not be 0, 0. */
  box: Box
  nodes: PlacedNode[]
  links: Link[]
  outlines: Outline[]
}

interface Curve {
  start: Point
  control: Point
  end: Point
}

/** Places the graph; the same graph is always placed the same way. */
export function layoutGraph(graph: PreferenceGraph): GraphLayout {
  const nodes = placeNodes(graph)
  const outlines = graph.merged.map((members) => outlineOf(members, nodes))
  const links = drawLinks(graph.edges, nodes)
  return { box: boxAround(nodes, links, outlines), nodes, links, outlines }
}

function placeNodes({ tiers, merged }: PreferenceGraph): PlacedNode[] {
  const placed: PlacedNode[] = []
  let top = 0
  for (const tier of tiers) {
    const groups = groupsOf(tier, merged).map(clusterOf)
    const height = Math.max(...groups.map((group) => group.height))
    const width = groups.reduce((sum, group) => sum + group.width, (groups.length - 1) * GROUP_GAP)
    let left = -width / 2
    for (const group of groups) {
      const centre = { x: left + group.width / 2, y: top + height / 2 }
      placed.push(...group.nodes.map(({ id, x, y }) => ({ id, x: centre.x + x, y: centre.y + y })))
      left += group.width + GROUP_GAP
    }
    top += height + TIER_GAP
  }
  return placed
}

/** The super-nodes and single responses of a tier, in the tier's order. */
function groupsOf(tier: readonly number[], merged: readonly number[][]): number[][] {
  const groups = tier.map((id) => merged.find((members) => members.includes(id)) ?? [id])
  return groups.filter((group, index) => groups.findIndex((other) => other[0] === group[0]) === index)
}

interface Cluster {
  nodes: PlacedNode[]
  width: number
  height: number
}

/** One group around its own centre: one node, two side by side, more on a circle, so that no edge crosses a node. */
function clusterOf(group: readonly number[]): Cluster {
  const radius = group.length < 2 ? 0 : NEIGHBOUR_DISTANCE / 2 / Math.sin(Math.PI / group.length)
  const start = group.length === 2 ? Math.PI : -Math.PI / 2
  const nodes = group.map((id, index) => {
    const angle = start + (2 * Math.PI * index) / group.length
    return { id, x: radius * Math.cos(angle), y: radius * Math.sin(angle) }
  })
  const padding = group.length < 2 ? 0 : 2 * OUTLINE_PADDING
  const span = (values: number[]) => Math.max(...values) - Math.min(...values) + 2 * NODE_RADIUS + padding
  const height = span(nodes.map(({ y }) => y))
  const middle = (Math.max(...nodes.map(({ y }) => y)) + Math.min(...nodes.map(({ y }) => y))) / 2
  return { nodes: nodes.map((node) => ({ ...node, y: node.y - middle })), width: span(nodes.map(({ x }) => x)), height }
}

function outlineOf(members: number[], nodes: readonly PlacedNode[]): Outline {
  const inside = nodes.filter(({ id }) => members.includes(id))
  const reach = NODE_RADIUS + OUTLINE_PADDING
  const x = Math.min(...inside.map((node) => node.x)) - reach
  const y = Math.min(...inside.map((node) => node.y)) - reach
  const width = Math.max(...inside.map((node) => node.x)) + reach - x
  const height = Math.max(...inside.map((node) => node.y)) + reach - y
  return { members, x, y, width, height }
}

function drawLinks(edges: readonly PreferenceEdge[], nodes: readonly PlacedNode[]): Link[] {
  const at = new Map(nodes.map((node) => [node.id, node]))
  const drawn = joinedDirections(edges).flatMap((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)]
    if (!from || !to) return []
    const others = nodes.filter(({ id }) => id !== from.id && id !== to.id)
    return [{ edge, curve: clearCurve(from, to, others) }]
  })
  const links: Link[] = []
  // A short line has little room for its count, so the shortest choose first.
  for (const { edge, curve } of drawn.sort((one, other) => lengthOf(one.curve) - lengthOf(other.curve))) {
    links.push({ ...edge, path: pathOf(curve), label: labelPoint(curve, edge, nodes, links) })
  }
  return links
}

type Joined = Omit<Link, 'path' | 'label'>

function joinedDirections(edges: readonly PreferenceEdge[]): Joined[] {
  const joined: Joined[] = []
  for (const { chosen, rejected, count, in_cycle: inCycle } of edges) {
    const opposite = joined.find(({ from, to }) => from === rejected && to === chosen)
    if (opposite) opposite.backwards = count
    else joined.push({ from: chosen, to: rejected, forwards: count, backwards: 0, inCycle })
  }
  return joined
}

/** Half the width of the count as it is drawn: `2`, or `3⇄1`. */
const halfWidth = ({ forwards, backwards }: Joined) => (backwards > 0 && backwards !== forwards ? 14 : 5)

const lengthOf = ({ start, end }: Curve) => distance(start, end)

const distance = (one: Point, other: Point) => Math.hypot(one.x - other.x, one.y - other.y)

function pointOn({ start, control, end }: Curve, t: number): Point {
  const mix = (p: number, q: number, r: number) => (1 - t) ** 2 * p + 2 * t * (1 - t) * q + t ** 2 * r
  return { x: mix(start.x, control.x, end.x), y: mix(start.y, control.y, end.y) }
}

const LABEL_PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]
const SAMPLES = Array.from({ length: 19 }, (_, index) => (index + 1) / 20)

/** The straight line if it keeps clear of the other nodes, else the flattest curve that does. */
function clearCurve(from: Point, to: Point, others: readonly Point[]): Curve {
  const step = 0.25 * distance(from, to)
  const curves = [0, 1, -1, 2, -2, 3, -3].map((bend) => bentCurve(from, to, bend * step))
  const clearance = (curve: Curve) =>
    Math.min(...SAMPLES.flatMap((t) => others.map((other) => distance(pointOn(curve, t), other))))
  const widest = curves.reduce((best, curve) => (clearance(curve) > clearance(best) ? curve : best))
  return curves.find((curve) => clearance(curve) >= NODE_CLEARANCE) ?? widest
}

/** From rim to rim, by way of a control point `offset` to the right of the line's middle. */
function bentCurve(from: Point, to: Point, offset: number): Curve {
  const length = distance(from, to)
  const control = {
    x: (from.x + to.x) / 2 - ((to.y - from.y) / length) * offset,
    y: (from.y + to.y) / 2 + ((to.x - from.x) / length) * offset,
  }
  return { start: towards(from, control), control, end: towards(to, control) }
}

/** The point just outside `node`'s rim in the direction of `aim`. */
function towards(node: Point, aim: Point): Point {
  const share = (NODE_RADIUS + ARROW_GAP) / distance(node, aim)
  return { x: node.x + (aim.x - node.x) * share, y: node.y + (aim.y - node.y) * share }
}

/** A place on the curve for its count: the first one clear of nodes and of other counts, else the clearest. */
function labelPoint(curve: Curve, edge: Joined, nodes: readonly Point[], links: readonly Link[]): Point {
  const taken = [
    ...nodes.map((node) => ({ at: node, room: NODE_CLEARANCE })),
    ...links.map((link) => ({ at: link.label, room: LABEL_CLEARANCE + halfWidth(link) + halfWidth(edge) })),
  ]
  const room = (place: Point) => Math.min(0, ...taken.map((other) => distance(place, other.at) - other.room))
  const places = LABEL_PLACES.map((t) => pointOn(curve, t))
  return places.reduce((best, place) => (room(place) > room(best) ? place : best))
}

const round = (value: number) => Math.round(value * 10) / 10

function pathOf({ start, control, end }: Curve): string {
  const numbers = [start, control, end].map(({ x, y }) => `${round(x)} ${round(y)}`)
  return `M ${numbers[0]} Q ${numbers[1]} ${numbers[2]}`
}

/** The box around everything drawn. */
function boxAround(nodes: readonly Point[], links: readonly Link[], outlines: readonly Outline[]): Box {
  const size = 2 * NODE_RADIUS
  const around = ({ x, y }: Point) => ({ x: x - NODE_RADIUS, y: y - NODE_RADIUS, width: size, height: size })
  const boxes: Box[] = [...nodes.map(around), ...links.map(({ label }) => around(label)), ...outlines]
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 }
  const x = Math.min(...boxes.map((box) => box.x)) - MARGIN
  const y = Math.min(...boxes.map((box) => box.y)) - MARGIN
  const width = Math.max(...boxes.map((box) => box.x + box.width)) + MARGIN - x
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN - y
  return { x, y, width, height }
}
