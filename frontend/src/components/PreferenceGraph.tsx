import { layoutGraph, NODE_RADIUS, type GraphLayout, type Link } from '@/lib/graphLayout'
import { hueAt, letterAt } from '@/lib/hues'
import { tiersText, type PreferenceGraph as Graph } from '@/lib/ranking'
import { useId, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './PreferenceGraph.module.css'

interface Props {
  graph: Graph
  /** The display position of a response: 0 is A. */
  position: (response: number) => number
}

const MAX_SCALE = 1.15

/** The comparisons of one prompt as a drawing: best tier on top, cycles red and dashed, super-nodes outlined. */
export function PreferenceGraph({ graph, position }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const layout = useMemo(() => layoutGraph(graph), [graph])
  const { x, y, width, height } = layout.box
  const letter = (response: number) => letterAt(position(response))
  if (layout.nodes.length === 0) return null
  return (
    <figure style={{ margin: 0 }} data-testid="preference-graph">
      <svg
        role="img"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-desc`}
        viewBox={`${x} ${y} ${width} ${height}`}
        className={styles.graph}
        style={{ maxWidth: width * MAX_SCALE }}
      >
        <title id={`${id}-title`}>{t('graph.title', { tiers: tiersText(graph.tiers, letter) })}</title>
        <desc id={`${id}-desc`}>{describe(layout.links, letter, t('graph.said'))}</desc>
        <Arrow id={`${id}-arrow`} className={styles.arrow} />
        <Arrow id={`${id}-cycle`} className={styles.cycleArrow} />
        {layout.outlines.map((box) => (
          <rect key={box.members.join()} {...rectangle(box)} rx={NODE_RADIUS} className={styles.outline} />
        ))}
        {layout.links.map((link) => (
          <Edge key={`${link.from}-${link.to}`} link={link} marker={`${id}-${link.inCycle ? 'cycle' : 'arrow'}`} />
        ))}
        {layout.nodes.map((node) => (
          <g key={node.id} transform={`translate(${node.x} ${node.y})`} data-testid={`graph-node-${letter(node.id)}`}>
            <circle r={NODE_RADIUS} fill={hueAt(position(node.id))} />
            <text className={styles.letter}>{letter(node.id)}</text>
          </g>
        ))}
        {layout.links.map((link) => (
          <Count key={`${link.from}-${link.to}`} link={link} />
        ))}
      </svg>
      <Legend layout={layout} />
    </figure>
  )
}

function Arrow({ id, className }: { id: string; className: string | undefined }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="6"
      refY="4"
      markerWidth="8"
      markerHeight="8"
      markerUnits="userSpaceOnUse"
      orient="auto-start-reverse"
    >
      <path d="M 0 0 L 8 4 L 0 8 z" className={className} />
    </marker>
  )
}

function Edge({ link, marker }: { link: Link; marker: string }) {
  return (
    <path
      d={link.path}
      className={link.inCycle ? styles.cycle : styles.edge}
      markerEnd={`url(#${marker})`}
      markerStart={link.backwards > 0 ? `url(#${marker})` : undefined}
      data-cycle={link.inCycle}
    />
  )
}

function Count({ link }: { link: Link }) {
  const { forwards, backwards, label, inCycle } = link
  const text = backwards > 0 && backwards !== forwards ? `${forwards}⇄${backwards}` : String(forwards)
  return (
    <text x={label.x} y={label.y} className={`${styles.count} ${inCycle ? styles.cycleCount : ''}`}>
      {text}
    </text>
  )
}

/** Says what the signs mean, and only of those that are there. */
function Legend({ layout }: { layout: GraphLayout }) {
  const { t } = useTranslation()
  const inCycle = layout.links.some((link) => link.inCycle)
  const both = layout.links.some((link) => link.backwards > 0)
  return (
    <ul className={styles.legend}>
      <li>
        <Sample className={styles.edge} /> {t('graph.edge')}
      </li>
      {inCycle && (
        <li>
          <Sample className={styles.cycle} /> {t('graph.cycle')}
        </li>
      )}
      {both && <li>⇄ {t('graph.both')}</li>}
      {layout.outlines.length > 0 && (
        <li>
          <svg width="20" height="12" aria-hidden="true">
            <rect x="1" y="1" width="18" height="10" rx="5" className={styles.outline} />
          </svg>
          {t('graph.merged')}
        </li>
      )}
    </ul>
  )
}

function Sample({ className }: { className: string | undefined }) {
  return (
    <svg width="26" height="6" aria-hidden="true">
      <path d="M 0 3 H 26" className={className} />
    </svg>
  )
}

function rectangle({ x, y, width, height }: GraphLayout['box']) {
  return { x, y, width, height }
}

/** The drawing in words, for a reader who cannot see it: `A > B 2; B > A 1`. */
function describe(links: readonly Link[], letter: (response: number) => string, said: string): string {
  const parts = links.flatMap(({ from, to, forwards, backwards }) => [
    `${letter(from)} > ${letter(to)} ×${forwards}`,
    ...(backwards > 0 ? [`${letter(to)} > ${letter(from)} ×${backwards}`] : []),
  ])
  return `${said} ${parts.join('; ')}`
}
