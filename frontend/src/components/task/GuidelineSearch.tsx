import { findRanges, paintRanges } from '@/lib/domFind'
import { isComposing } from '@/lib/keyboard'
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './panels.module.css'

/** Finds words in the guideline: every hit marked, Enter goes to the next and Shift+Enter to the one before. */
export function GuidelineSearch({ within, wishes }: { within: RefObject<HTMLElement | null>; wishes: number }) {
  const { t } = useTranslation()
  const field = useRef<HTMLInputElement>(null)
  const { query, search, hits, current, go } = useSearch(within)
  useEffect(() => {
    if (wishes > 0) field.current?.focus()
  }, [wishes])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || isComposing(event.nativeEvent)) return
    event.preventDefault()
    go(event.shiftKey ? -1 : 1)
  }
  return (
    <div className={styles.tools}>
      <input
        ref={field}
        className={styles.field}
        value={query}
        placeholder={t('task.guideline.search')}
        aria-label={t('task.guideline.search')}
        onChange={(event) => search(event.target.value)}
        onKeyDown={onKeyDown}
        data-testid="guideline-search"
      />
      <span className={styles.count} role="status" data-testid="guideline-hits">
        {query.trim() !== '' && t('task.guideline.hits', { current: hits.length > 0 ? current + 1 : 0, count: hits.length })}
      </span>
    </div>
  )
}

/** The places of a query on the page, painted, also where the text comes in or changes later. */
function useSearch(within: RefObject<HTMLElement | null>) {
  const [query, setQuery] = useState('')
  const [hits, setHits] = useState<Range[]>([])
  const [current, setCurrent] = useState(0)
  const find = (text: string) => (within.current ? findRanges(within.current, text.trim()) : [])
  const search = (text: string) => {
    const found = find(text)
    setQuery(text)
    setHits(found)
    setCurrent(0)
    reveal(found[0])
  }
  const again = useEffectEvent(() => setHits(find(query)))
  useEffect(() => {
    const observer = new MutationObserver(() => again())
    if (within.current) observer.observe(within.current, { childList: true, subtree: true, characterData: true })
    return () => observer.disconnect()
  }, [within])
  useEffect(() => {
    const at = hits[current]
    paintRanges('guideline-hit', hits)
    paintRanges('guideline-hit-current', at ? [at] : [])
    return () => {
      paintRanges('guideline-hit', [])
      paintRanges('guideline-hit-current', [])
    }
  }, [hits, current])
  const go = (step: 1 | -1) => {
    if (hits.length === 0) return
    const next = (current + step + hits.length) % hits.length
    setCurrent(next)
    reveal(hits[next])
  }
  return { query, search, hits, current, go }
}

function reveal(hit: Range | undefined): void {
  hit?.startContainer.parentElement?.scrollIntoView({ block: 'nearest' })
}
