import { createElement, lazy, type ComponentType, type LazyExoticComponent } from 'react'
import type { Options } from 'react-markdown'
import Markdown from './Markdown'

type Rendered = LazyExoticComponent<ComponentType<{ text: string }>>

const FORMULA = /\$|\\\(|\\\[/
/** The first line of a block of code, in a list or quotation, too. */
const FENCE = /^[ \t>*+\-\d.)]*(?:`{3,}|~{3,})[ \t]*([\w-]+)/gm

/** By what their texts need */
const kinds = new Map<string, Rendered>()

async function load(formulas: boolean, languages: readonly string[]) {
  const [math, code] = await Promise.all([
    formulas ? import('./renderFormulas') : null,
    languages.length > 0 ? import('./highlightCode') : null,
  ])
  await code?.loadGrammars(languages)
  const after = [...(math ? [math.rehypeFormulas] : []), ...(code ? [code.rehypeHighlightCode] : [])]
  return { default: ({ text }: { text: string }) => <Markdown text={text} after={after as Options['rehypePlugins']} /> }
}

function kindOf(text: string): Rendered {
  const formulas = FORMULA.test(text)
  const languages = [...new Set(Array.from(text.matchAll(FENCE), ([, name = '']) => name.toLowerCase()))].sort()
  const key = [formulas, ...languages].join()
  const known = kinds.get(key)
  if (known) return known
  const kind = lazy(async () => {
    try {
      return await load(formulas, languages)
    } catch (error) {
      // Without a network, say: the next text of this kind tries again.
      kinds.delete(key)
      throw error
    }
  })
  kinds.set(key, kind)
  return kind
}

/** Markdown with formulas and highlighted code, whose renderers are loaded for the texts that need them. */
export default function RichMarkdown({ text }: { text: string }) {
  return createElement(kindOf(text), { text })
}
