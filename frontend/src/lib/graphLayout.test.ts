import { describe, expect, it } from 'vitest'
import { layoutGraph, NODE_RADIUS, type GraphLayout } from './graphLayout'
import { preferenceGraph, type ComparisonValue, type Verdict } from './ranking'

const said = (response_a: number, verdict: Verdict, response_b: number): ComparisonValue => ({
  response_a,
  response_b,
  verdict,
})

const CHAIN = preferenceGraph([1, 2, 3], [said(1, 'a', 2), said(2, 'a', 3), said(1, 'a', 3)])
const RING = preferenceGraph(
  [1, 2, 3, 4, 5],
  [said(1, 'a', 2), said(2, 'a', 3), said(3, 'a', 4), said(4, 'a', 2), said(4, 'a', 5), said(2, 'equal', 4)],
)

const node = (layout: GraphLayout, id: number) => layout.nodes.find((placed) => placed.id === id) ?? { x: NaN, y: NaN }
const link = (layout: GraphLayout, from: number, to: number) =>
  layout.links.find((drawn) => drawn.from === from && drawn.to === to)

describe('layoutGraph', () => {
  it('draws a better tier above a worse one', () => {
    const layout = layoutGraph(RING)
    expect(node(layout, 1).y).toBeLessThan(node(layout, 2).y)
    expect(node(layout, 3).y).toBeLessThan(node(layout, 5).y)
  })

  it('lets no two nodes overlap', () => {
    const { nodes } = layoutGraph(RING)
    for (const one of nodes) {
      for (const other of nodes.filter(({ id }) => id > one.id)) {
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(2 * NODE_RADIUS)
      }
    }
  })

  it('outlines a super-node around its members and nobody else', () => {
    const { outlines, nodes } = layoutGraph(RING)
    expect(outlines.map(({ members }) => members)).toEqual([[2, 3, 4]])
    const [box] = outlines
    const inside = nodes.filter(
      ({ x, y }) => box && x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height,
    )
    expect(inside.map(({ id }) => id)).toEqual([2, 3, 4])
  })

  it('joins both directions between two responses into one line with both counts', () => {
    const layout = layoutGraph(preferenceGraph([1, 2], [said(1, 'equal', 2), said(1, 'a', 2)]))
    expect(layout.links).toHaveLength(1)
    expect(link(layout, 1, 2)).toMatchObject({ forwards: 2, backwards: 1, inCycle: true })
  })

  it('marks the edges of a cycle and no others', () => {
    const layout = layoutGraph(RING)
    expect(link(layout, 2, 3)?.inCycle).toBe(true)
    expect(link(layout, 1, 2)?.inCycle).toBe(false)
    expect(link(layout, 4, 5)?.inCycle).toBe(false)
  })

  it('bends an edge around the node that stands in its way', () => {
    const layout = layoutGraph(CHAIN)
    const middle = node(layout, 2)
    const count = link(layout, 1, 3)?.label ?? middle
    expect(Math.abs(count.x - middle.x)).toBeGreaterThan(NODE_RADIUS)
    expect(link(layout, 1, 2)?.label.x).toBe(middle.x)
  })

  it('keeps everything inside its box', () => {
    const { box, nodes, links } = layoutGraph(RING)
    for (const { x, y } of [...nodes, ...links.map(({ label }) => label)]) {
      expect(x).toBeGreaterThan(box.x)
      expect(x).toBeLessThan(box.x + box.width)
      expect(y).toBeGreaterThan(box.y)
      expect(y).toBeLessThan(box.y + box.height)
    }
  })

  it('has room for a prompt without responses', () => {
    expect(layoutGraph(preferenceGraph([], []))).toMatchObject({ nodes: [], links: [], outlines: [] })
  })
})
