import 'katex/dist/katex.min.css'
import rehypeHighlight from 'rehype-highlight'
import rehypeKatex from 'rehype-katex'
import './highlight.css'
import Markdown from './Markdown'

const katex = { throwOnError: false, strict: 'ignore', trust: false, maxExpand: 200, maxSize: 20, errorColor: 'inherit' }
const renderers = [
  [rehypeKatex, katex],
  [rehypeHighlight, { detect: false }],
] as React.ComponentProps<typeof Markdown>['after']

/** Markdown with formulas and highlighted code; in a file of its own, so that only texts which need it load it. */
export default function RichMarkdown({ text }: { text: string }) {
  return <Markdown text={text} after={renderers} />
}
