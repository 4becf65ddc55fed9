import { prepareMarkdown } from '@/lib/markdown'
import { rehypeFormulaAtoms, rehypeTextRuns, type TextData } from '@/lib/textRuns'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import ReactMarkdown, { type Components, type Options } from 'react-markdown'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import remarkCjkFriendly from 'remark-cjk-friendly'
import remarkGfm from 'remark-gfm'
import remarkMath from 'remark-math'

/** GitHub's schema, plus the two classes by which the formula renderer finds its input. */
const schema = {
  ...defaultSchema,
  attributes: {
    ...defaultSchema.attributes,
    code: [['className', /^language-[\w-]+$/, 'math-inline', 'math-display']],
  },
} satisfies typeof defaultSchema

/** A picture could name its reader to another server, so none is ever loaded. */
function ImageText({ alt }: { alt?: string }) {
  const { t } = useTranslation()
  return <span>{t('app.text.image', { alt: alt ?? '' })}</span>
}

const components: Components = {
  img: ({ alt }) => <ImageText alt={alt} />,
  // Long lines of code and wide tables scroll, which must be possible by keyboard, too.
  pre: ({ node: _, ...props }) => <pre tabIndex={0} {...props} />,
  table: ({ node: _, ...props }) => <table tabIndex={0} {...props} />,
  a: ({ href, children }) =>
    href && !href.startsWith('#') ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
}

interface MarkdownNode {
  type: string
  value?: string
  children?: MarkdownNode[]
  position?: { start: { offset?: number } }
}

/** HTML in a response is part of what is judged: it is shown as the text it is, never run and never dropped. */
function remarkHtmlAsText() {
  return (tree: MarkdownNode, file: { data: TextData }) => {
    const literal = (file.data.literal ??= new Set())
    const rewrite = (node: MarkdownNode): MarkdownNode => {
      if (node.type === 'html') {
        literal.add(node.position?.start.offset ?? -1)
        return { type: 'text', value: node.value, position: node.position }
      }
      return node.children ? { ...node, children: node.children.map(rewrite) } : node
    }
    return rewrite(tree)
  }
}

const remarkPlugins = [remarkGfm, remarkCjkFriendly, remarkMath, remarkHtmlAsText] as Options['remarkPlugins']

/**
 * Markdown without raw HTML, sanitised. `after` are trusted renderers that run on the sanitised tree: formulas and
 * highlighted code add elements and styles that the schema would rightly refuse in a text. Every character shown says
 * where in `text` it stands (lib/textRuns.ts).
 */
export default function Markdown({ text, after = [] }: { text: string; after?: Options['rehypePlugins'] }) {
  const prepared = useMemo(() => prepareMarkdown(text), [text])
  return (
    <ReactMarkdown
      remarkPlugins={remarkPlugins}
      rehypePlugins={[
        [rehypeSanitize, schema],
        () => rehypeFormulaAtoms(prepared),
        ...(after ?? []),
        () => rehypeTextRuns(prepared),
      ]}
      components={components}
    >
      {prepared.text}
    </ReactMarkdown>
  )
}
