import { revealInvisible } from '@/lib/markdown'
import type { DiffPart } from '@/lib/textDiff'
import styles from './TextDiff.module.css'

/** One of two compared texts as it is stored, with what the other does not say marked (underlined, not by colour alone). */
export function TextDiff({ parts, side }: { parts: readonly DiffPart[]; side: 'a' | 'b' }) {
  const shown = parts.filter(({ kind }) => kind === 'same' || kind === side)
  return (
    <div className={styles.text} data-testid={`text-diff-${side}`}>
      {shown.map(({ kind, text }, index) =>
        kind === 'same' ? (
          <span key={index}>{revealInvisible(text)}</span>
        ) : (
          <mark key={index} className={styles[side]}>
            {revealInvisible(text)}
          </mark>
        ),
      )}
    </div>
  )
}
