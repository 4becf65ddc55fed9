import { diffTexts } from '@/lib/textDiff'
import { useMemo } from 'react'
import styles from './TextChange.module.css'

/** What became of a text: taken out struck through, put in underlined, the rest as it was. */
export function TextChange({ before, after }: { before: string; after: string }) {
  const parts = useMemo(() => diffTexts(before, after), [before, after])
  return (
    <div className={styles.text} data-testid="text-change">
      {parts.map(({ kind, text }, index) => {
        if (kind === 'a') return <del key={index}>{text}</del>
        if (kind === 'b') return <ins key={index}>{text}</ins>
        return <span key={index}>{text}</span>
      })}
    </div>
  )
}
