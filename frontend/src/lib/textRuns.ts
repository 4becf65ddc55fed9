/**
 * Marks every shown character of rendered Markdown with its place in the text that it was rendered from. A run
 * (`data-o`) is that text unit by unit from there on; an atom (`data-o` to `data-e`) stands as a whole for its passage:
 * a formula, a picture's description, a character reference.
 */
import type { Element, ElementContent, Nodes, Root, RootContent, Text } from 'hast'
import type { Rewritten } from './rewrite'
import { codeBlockPlaces, inlineCodePlaces, literalPlaces, textPlaces, type Places, type Region } from './textPlaces'

type Parent = Root | Element

/** What the parser's own plugins hand on with a text. */
export interface TextData {
  /** Where passages of HTML begin, which are shown as they are written */
  literal?: Set<number>
}

interface Context extends Region {
  rewritten: Rewritten
  literal: ReadonlySet<number>
  /** How far the source has been shown */
  cursor: number
}

const FORMULA = ['math-inline', 'math-display', 'language-math']

function isFormula(node: Nodes): boolean {
  if (node.type !== 'element') return false
  if (node.tagName === 'pre') return node.children[0] !== undefined && isFormula(node.children[0])
  const { className } = node.properties
  return node.tagName === 'code' && Array.isArray(className) && className.some((name) => FORMULA.includes(String(name)))
}

function isAtom(node: Element): boolean {
  const link = node.children[0]
  const footnote = node.tagName === 'sup' && link?.type === 'element' && link.properties.dataFootnoteRef !== undefined
  return node.tagName === 'img' || footnote
}

function regionOf(node: Nodes): { start: number; end: number } | null {
  const [start, end] = [node.position?.start.offset, node.position?.end.offset]
  return start === undefined || end === undefined ? null : { start, end }
}

function atom(node: Element, { starts, ends }: Rewritten, region: { start: number; end: number }): Element {
  const properties = { dataO: starts[region.start] ?? 0, dataE: ends[region.end - 1] ?? 0 }
  const tagName = node.tagName === 'pre' ? 'div' : 'span'
  return { type: 'element', tagName, properties, children: [node], position: node.position }
}

/** Puts every formula into an atom, before it is replaced by what it looks like. */
export function rehypeFormulaAtoms(rewritten: Rewritten) {
  const visit = (parent: Parent) => {
    parent.children = parent.children.map((child) => {
      if (child.type !== 'element') return child
      const region = regionOf(child)
      if (region && isFormula(child)) return atom(child, rewritten, region)
      visit(child)
      return child
    }) as ElementContent[]
  }
  return visit
}

/** Marks all other text; the last renderer of all, for it needs the text as it is shown. */
export function rehypeTextRuns(rewritten: Rewritten) {
  return (tree: Root, file: { data: Record<string, unknown> }) => {
    const { literal = new Set() } = file.data as TextData
    const source = rewritten.text
    markChildren(tree, { rewritten, source, start: 0, end: source.length, quotes: 0, literal, cursor: 0 })
  }
}

function markChildren(parent: Parent, context: Context): void {
  const marked = parent.children.flatMap((child): RootContent[] => {
    if (child.type === 'text') return markText(child, parent, context)
    return child.type === 'element' ? [markElement(child, context)] : [child]
  })
  parent.children = folded(parent, marked) as ElementContent[]
}

/** A run that is all there is in an element needs none of its own. */
function folded(parent: Parent, children: RootContent[]): RootContent[] {
  const [only] = children
  if (children.length !== 1 || only?.type !== 'element' || parent.type !== 'element' || parent.tagName === 'a') return children
  if (only.tagName !== 'span' || only.position || only.properties.dataO === undefined) return children
  Object.assign(parent.properties, only.properties)
  return only.children
}

function markElement(node: Element, context: Context): Element {
  const region = regionOf(node)
  if (node.properties.dataO === undefined) {
    if (region && isAtom(node)) {
      context.cursor = region.end
      return atom(node, context.rewritten, region)
    }
    const block = node.tagName === 'pre' ? node.children[0] : undefined
    const inner = (block && regionOf(block)) ?? region
    if (block?.type === 'element' && inner) markBlock(block, { ...context, ...inner })
    else markInside(node, region, context)
  }
  if (region) context.cursor = Math.max(context.cursor, region.end)
  return node
}

function markInside(node: Element, region: { start: number; end: number } | null, context: Context): void {
  const quotes = context.quotes + (node.tagName === 'blockquote' ? 1 : 0)
  const inner = { ...context, ...(region ?? { start: context.cursor }), quotes }
  if (region) inner.cursor = region.start
  markChildren(node, inner)
  if (!region) context.cursor = inner.cursor
}

function markText(node: Text, parent: Parent, context: Context): RootContent[] {
  const region = regionOf(node)
  if (!region && node.value.trim() === '') return [node]
  const places = placesOf(node.value, region, parent, context)
  context.cursor = region?.end ?? lastPlace(places, context.cursor)
  return marked(node.value, places, context.rewritten)
}

function placesOf(value: string, given: { start: number; end: number } | null, parent: Parent, context: Context): Places {
  const { source, literal, cursor, end } = context
  if (!given) {
    // Links found in running text leave it in parts without positions, one right behind the other.
    const exact = source.indexOf(value, cursor)
    if (exact >= 0 && exact + value.length <= end) return literalPlaces(value, exact)
    return textPlaces(value, { ...context, start: cursor })
  }
  const region = { ...context, ...given }
  if (parent.type === 'element' && parent.tagName === 'code') return inlineCodePlaces(value, region)
  return textPlaces(value, region, literal.has(given.start))
}

function lastPlace({ to }: Places, otherwise: number): number {
  return Math.max(otherwise, to.at(-1) ?? otherwise)
}

/** A code block's text stands in it as one, however highlighting cuts it. */
function markBlock(block: Element, context: Context): void {
  const places = codeBlockPlaces(textOf(block), context)
  let unit = 0
  const visit = (parent: Element) => {
    const children = parent.children.flatMap((child): RootContent[] => {
      if (child.type === 'element') visit(child)
      if (child.type !== 'text') return [child]
      const part = [unit, (unit += child.value.length)] as const
      return marked(child.value, { from: places.from.slice(...part), to: places.to.slice(...part) }, context.rewritten)
    })
    parent.children = folded(parent, children) as ElementContent[]
  }
  visit(block)
}

function textOf(node: Nodes): string {
  if (node.type === 'text') return node.value
  return 'children' in node ? node.children.map(textOf).join('') : ''
}

interface Stretch {
  /** `added`: a mark for the parser that it took for text */
  kind: 'run' | 'atom' | 'none' | 'added'
  from: number
  to: number
  start: number
  end: number
}

/** A value cut into runs, atoms, and what stands for nothing. */
function marked(value: string, places: Places, rewritten: Rewritten): RootContent[] {
  return stretches(value, places, rewritten).flatMap(({ kind, from, to, start, end }): ElementContent[] => {
    if (kind === 'added') return []
    const text: Text = { type: 'text', value: value.slice(from, to) }
    if (kind === 'none') return [text]
    const properties = kind === 'run' ? { dataO: start } : { dataO: start, dataE: end }
    return [{ type: 'element', tagName: 'span', properties, children: [text] }]
  })
}

function stretches(value: string, places: Places, { source, starts, ends }: Rewritten): Stretch[] {
  const found: Stretch[] = []
  for (let unit = 0; unit < value.length; unit += 1) {
    const [from = -1, to = -1] = [places.from[unit], places.to[unit]]
    const start = from < 0 ? -1 : (starts[from] ?? -1)
    const end = from < 0 ? -1 : (ends[to - 1] ?? -1)
    const kind = from < 0 ? 'none' : kindOf(start, end, source[start] === value[unit])
    const last = found.at(-1)
    if (last && last.kind === kind && continues(last, start)) {
      last.to = unit + 1
      last.end = Math.max(last.end, end)
    } else found.push({ kind, from: unit, to: unit + 1, start, end })
  }
  return found
}

function kindOf(start: number, end: number, same: boolean): Stretch['kind'] {
  if (end <= start) return 'added'
  return same && end === start + 1 ? 'run' : 'atom'
}

/** A run goes on where it ended, an atom as long as the same passage is meant. */
function continues(last: Stretch, start: number): boolean {
  if (last.kind === 'none' || last.kind === 'added') return true
  return last.kind === 'run' ? start === last.end : start < last.end
}
