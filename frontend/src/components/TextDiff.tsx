import { revealInvisible } from '@/lib/markdown'
import type { DiffPart } from '@/lib/textDiff'
import { memo } from 'react'
import styles from './TextDiff.module.css'
import { VisibleText } from './VisibleText'

/** One of two compared texts as it is stored, with what the other does not say marked (underlined, not by colour alone). */
export const TextDiff = memo(function TextDiff({ parts, side }: { parts: readonly DiffPart[]; side: 'a' | 'b' }) {
  const shown = parts.filter(({ kind }) => kind === 'same' || kind === side)
  return (
    <div className={styles.text} data-testid={`text-diff-${side}`}>
      <PlacedParts parts={shown} />
    </div>
  )
})

/** Both texts in one: what they share once, what only the first says under a wavy line, what only the second, a straight one. */
export const InlineDiff = memo(function InlineDiff({ parts }: { parts: readonly DiffPart[] }) {
  return (
    <span className={styles.text}>
      <Parts parts={parts} />
    </span>
  )
})

function Parts({ parts }: { parts: readonly DiffPart[] }) {
  return parts.map(({ kind, text }, index) =>
    kind === 'same' ? (
      <span key={index}>{revealInvisible(text)}</span>
    ) : (
      <mark key={index} className={styles[kind]} data-only={kind}>
        {revealInvisible(text)}
      </mark>
    ),
  )
}

/** The parts of one text, each with its place in it, so that a passage can be selected and painted. */
function PlacedParts({ parts }: { parts: readonly DiffPart[] }) {
  const places = [0]
  for (const { text } of parts) places.push((places.at(-1) ?? 0) + text.length)
  return parts.map(({ kind, text }, index) =>
    kind === 'same' ? (
      <VisibleText key={index} text={text} from={places[index]} />
    ) : (
      <mark key={index} className={styles[kind]} data-only={kind}>
        <VisibleText text={text} from={places[index]} />
      </mark>
    ),
  )
}
