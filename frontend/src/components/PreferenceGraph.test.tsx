import { preferenceGraph } from '@/lib/ranking'
import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { PreferenceGraph } from './PreferenceGraph'

const [A, B, C] = [70, 80, 90] as const
const graph = preferenceGraph(
  [A, B, C],
  [
    { response_a: A, response_b: B, verdict: 'equal' },
    { response_a: B, response_b: C, verdict: 'a' },
    { response_a: B, response_b: C, verdict: 'a' },
  ],
)

function draw() {
  return render(<PreferenceGraph graph={graph} position={(id) => [A, B, C].indexOf(id as typeof A)} />).container
}

describe('PreferenceGraph', () => {
  it('tells a reader who cannot see it the tiers and every edge with its count', () => {
    draw()
    const image = screen.getByRole('img')
    expect(image).toHaveAccessibleName(/A = B > C/)
    expect(image).toHaveAccessibleDescription(/A > B ×1; B > A ×1; B > C ×2/)
  })

  it('gives an equal pair one line with an arrow at either end, and an ordered pair an arrow at the worse end', () => {
    const edges = [...draw().querySelectorAll('path[data-cycle]')]
    expect(edges.map((edge) => [edge.hasAttribute('marker-start'), edge.hasAttribute('marker-end')])).toEqual([
      [true, true],
      [false, true],
    ])
  })

  it('sets the edges of a cycle apart by more than their colour', () => {
    const edges = [...draw().querySelectorAll('path[data-cycle]')]
    expect(edges.map((edge) => edge.getAttribute('data-cycle'))).toEqual(['true', 'false'])
    expect(edges[0]?.getAttribute('class')).not.toBe(edges[1]?.getAttribute('class'))
  })

  it('outlines merged responses together', () => {
    expect(draw().querySelectorAll('rect[rx="17"]')).toHaveLength(1)
  })
})
