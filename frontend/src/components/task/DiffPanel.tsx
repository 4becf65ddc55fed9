import type { Assignment } from '@/api/assignments'
import { LetterBadge } from '@/components/LetterBadge'
import { InlineDiff, TextDiff } from '@/components/TextDiff'
import { useFormat } from '@/lib/format'
import { letterAt } from '@/lib/hues'
import { sharedShare, type DiffPart } from '@/lib/textDiff'
import { useTranslation } from 'react-i18next'
import { PanelFrame } from './PanelFrame'
import { useDiff } from './useDiff'
import type { DiffChoice, Pair } from './useDiffChoice'
import styles from './panels.module.css'

/** Below this share in common, what is marked as shared is mostly chance. */
const UNRELATED = 0.15

interface Props {
  responses: Assignment['responses']
  choice: DiffChoice
  onClose: () => void
  onLeave: () => void
}

/** Two responses, what they share and what only one says: in one text, or side by side where there is room. */
export default function DiffPanel({ responses, choice, onClose, onLeave }: Props) {
  const { t } = useTranslation()
  const { pair, unit, wide } = choice
  const [a, b] = pair.map((place) => responses[place]?.text ?? '') as [string, string]
  const parts = useDiff(a, b, unit)
  return (
    <PanelFrame title={t('diff.title')} tools={<Choice choice={choice} />} wide={wide} testid="diff" onClose={onClose} onLeave={onLeave}>
      <p role="status" className={styles.quiet} data-testid="diff-summary">
        <Summary same={a === b} parts={parts} pair={pair} />
      </p>
      {parts && a !== b && <Texts parts={parts} pair={pair} wide={wide} />}
    </PanelFrame>
  )
}

function Choice({ choice: { pairs, pair, choose, unit, switchUnit, wide, setWide } }: { choice: DiffChoice }) {
  const { t } = useTranslation()
  return (
    <div className={styles.tools}>
      <div className={styles.choices} role="group" aria-label={t('diff.pairs')}>
        {pairs.map(([a, b]) => (
          <button
            key={`${a}-${b}`}
            type="button"
            className={styles.choice}
            aria-pressed={pair[0] === a && pair[1] === b}
            onClick={() => choose([a, b])}
            data-testid={`diff-${letterAt(a)}${letterAt(b)}`}
          >
            <LetterBadge index={a} />–<LetterBadge index={b} />
          </button>
        ))}
        <kbd>d</kbd>
      </div>
      <button type="button" className={styles.choice} onClick={switchUnit} data-testid="diff-unit">
        {t(`diff.unit.${unit}`)} <kbd>w</kbd>
      </button>
      <button type="button" className={styles.choice} aria-pressed={wide} onClick={() => setWide(!wide)} data-testid="diff-wide">
        {t('diff.wide')} <kbd>l</kbd>
      </button>
    </div>
  )
}

function Summary({ same, parts, pair }: { same: boolean; parts: readonly DiffPart[] | null; pair: Pair }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [first, second] = pair.map(letterAt)
  if (same) return t('diff.identical', { first, second })
  if (!parts) return t('diff.comparing')
  const share = sharedShare(parts)
  return t(share < UNRELATED ? 'diff.unrelated' : 'diff.shared', { first, second, share: format.percent(share) })
}

function Texts({ parts, pair: [a, b], wide }: { parts: readonly DiffPart[]; pair: Pair; wide: boolean }) {
  const { t } = useTranslation()
  if (!wide) {
    return (
      <>
        <p className={styles.legend}>
          <LetterBadge index={a} /> <InlineDiff parts={[{ kind: 'a', text: t('diff.only', { letter: letterAt(a) }) }]} />
          <LetterBadge index={b} /> <InlineDiff parts={[{ kind: 'b', text: t('diff.only', { letter: letterAt(b) }) }]} />
        </p>
        <div data-testid="diff-inline">
          <InlineDiff parts={parts} />
        </div>
      </>
    )
  }
  return (
    <div className={styles.sides}>
      <LetterBadge index={a} />
      <LetterBadge index={b} />
      <TextDiff parts={parts} side="a" />
      <TextDiff parts={parts} side="b" />
    </div>
  )
}
