import 'katex/dist/katex.min.css'
import rehypeKatex from 'rehype-katex'

const options = { throwOnError: false, strict: 'ignore', trust: false, maxExpand: 200, maxSize: 20, errorColor: 'inherit' }

/** Turns formulas into what KaTeX makes of them. */
export const rehypeFormulas = [rehypeKatex, options] as const
