import type { Element, Nodes, Root } from 'hast'
import { createLowlight, type LanguageFn } from 'lowlight'
import './highlight.css'

/** The languages that responses are written in, each loaded when first met. Code in any other has no colours. */
const GRAMMARS: Record<string, () => Promise<{ default: LanguageFn }>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  go: () => import('highlight.js/lib/languages/go'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
}
/** Other names in use, and languages that hold code in others. */
const NAMES: Record<string, readonly string[]> = {
  cs: ['csharp'],
  golang: ['go'],
  html: ['xml', 'css', 'javascript'],
  js: ['javascript'],
  jsx: ['javascript'],
  md: ['markdown'],
  php: ['php', 'xml'],
  py: ['python'],
  python3: ['python'],
  rs: ['rust'],
  sh: ['bash'],
  shell: ['bash'],
  svg: ['xml'],
  ts: ['typescript'],
  tsx: ['typescript'],
  vue: ['xml', 'css', 'javascript'],
  yml: ['yaml'],
}
const lowlight = createLowlight()

function grammarsOf(name: string): readonly string[] {
  if (Object.hasOwn(NAMES, name)) return NAMES[name] ?? []
  return Object.hasOwn(GRAMMARS, name) ? [name] : []
}

/** Loads what colours code in these languages, by whatever names. */
export async function loadGrammars(names: readonly string[]): Promise<void> {
  const missing = names.flatMap(grammarsOf).filter((grammar) => !lowlight.registered(grammar))
  await Promise.all(
    [...new Set(missing)].map(async (grammar) => {
      const loaded = await GRAMMARS[grammar]?.()
      if (loaded) lowlight.register(grammar, loaded.default)
    }),
  )
}

function textOf(node: Nodes): string {
  if (node.type === 'text') return node.value
  return 'children' in node ? node.children.map(textOf).join('') : ''
}

function languageOf({ properties }: Element): string {
  const classes = Array.isArray(properties.className) ? properties.className.map(String) : []
  return (classes.find((name) => name.startsWith('language-')) ?? '').slice('language-'.length)
}

function colour(code: Element): void {
  const language = languageOf(code)
  const [grammar] = grammarsOf(language.toLowerCase())
  if (!grammar || !lowlight.registered(grammar)) return
  const { children } = lowlight.highlight(grammar, textOf(code))
  code.properties.className = ['hljs', `language-${language}`]
  code.children = children as Element['children']
}

function visit(node: Root | Element): void {
  for (const child of node.children) {
    if (child.type !== 'element') continue
    if (child.tagName === 'code' && node.type === 'element' && node.tagName === 'pre') colour(child)
    else visit(child)
  }
}

/** Colours blocks of code whose language is named and loaded. */
export function rehypeHighlightCode() {
  return visit
}
