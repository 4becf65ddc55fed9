import { needsRichRenderer, tooHeavyToRender } from '@/lib/markdown'
import { lazy, memo, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBoundary } from './ErrorBoundary'
import styles from './ResponseText.module.css'
import { VisibleText } from './VisibleText'

const loadMarkdown = () => import('./Markdown')
const loadRichMarkdown = () => import('./RichMarkdown')
const Markdown = lazy(loadMarkdown)
const RichMarkdown = lazy(loadRichMarkdown)

/** Fetches both renderers ahead of the first text that needs them. */
export function preloadRenderers(): void {
  void loadMarkdown()
  void loadRichMarkdown()
}

/** Long after the page has settled, milliseconds: what is fetched ahead is not to delay the first task. */
const SETTLED_MS = 4000

/** Fetches the renderer of formulas once the page has settled, so that it is there should the network go. Returns how to stop. */
export function preloadFormulas(): () => void {
  const timer = window.setTimeout(() => void import('./renderFormulas').catch(() => undefined), SETTLED_MS)
  return () => window.clearTimeout(timer)
}

function RawText({ text, notice }: { text: string; notice?: string }) {
  return (
    <>
      {notice && <p className={styles.notice}>{notice}</p>}
      <pre className={styles.raw}>
        <VisibleText text={text} />
      </pre>
    </>
  )
}

interface Props {
  text: string
  /** Shows the characters as they are stored. */
  raw?: boolean
}

/**
 * Any text of a prompt or response, from people or models and never to be trusted: Markdown, formulas and code,
 * sanitised, with nothing fetched. What is too heavy or cannot be rendered is shown raw.
 */
export const ResponseText = memo(function ResponseText({ text, raw = false }: Props) {
  const { t } = useTranslation()
  if (raw) return <div className={styles.text}><RawText text={text} /></div>
  if (tooHeavyToRender(text)) {
    return <div className={styles.text}><RawText text={text} notice={t('app.text.tooHeavy')} /></div>
  }
  const Renderer = needsRichRenderer(text) ? RichMarkdown : Markdown
  return (
    <div className={styles.text} data-testid="response-text">
      <ErrorBoundary key={text} fallback={<RawText text={text} notice={t('app.text.failed')} />}>
        <Suspense fallback={<RawText text={text} />}>
          <Renderer text={text} />
        </Suspense>
      </ErrorBoundary>
    </div>
  )
})
