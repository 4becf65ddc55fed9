import type { Discussion, DiscussionComparison } from '@/api/discussions'
import { LetterBadge } from '@/components/LetterBadge'
import { PaintedText } from '@/components/marks/PaintedText'
import type { RemarksView } from '@/components/marks/useRemarks'
import { TextDiff } from '@/components/TextDiff'
import { hueAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import { diffTexts, type DiffPart } from '@/lib/textDiff'
import { Button } from 'antd'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Item } from './agreeing'
import styles from './discussion.module.css'

interface Props {
  discussion: Discussion
  item: Item | undefined
  diff: boolean
  onDiff: (diff: boolean) => void
  view: RemarksView
  position: (response: number) => number
}

interface PaintedProps {
  response: Discussion['responses'][number]
  view: RemarksView
  children: ReactNode
}

/** The texts in question, in full: two side by side with what each scored, or the one that some call garbage. */
export function PairTexts({ discussion, item, diff, onDiff, view, position }: Props) {
  const { t } = useTranslation()
  const { row, discard } = item ?? {}
  const ids = row ? [row.response_a, row.response_b] : discard ? [discard.response] : []
  // One that a mark was gone to stands beside them.
  const shown = [...new Set([...ids, ...(view.also === undefined ? [] : [view.also])])].flatMap(
    (id) => discussion.responses.find((response) => response.id === id) ?? [],
  )
  const [a, b] = ids.map((id) => shown.find((response) => response.id === id)?.text)
  const parts = useDiff(diff ? a : undefined, b)
  return (
    <section aria-label={t('discussion.responses')}>
      <div className={styles.textsHead}>
        {t('discussion.responses')}
        <Button size="small" aria-pressed={diff} onClick={() => onDiff(!diff)} data-testid="diff">
          {t(diff ? 'discussion.formatted' : 'discussion.diff')} <kbd>D</kbd>
        </Button>
      </div>
      <div className={styles.texts}>
        {shown.map((response, index) => (
          <div
            key={response.id}
            className={styles.text}
            style={{ borderTopColor: hueAt(position(response.id)) }}
            data-testid={`text-${response.id}`}
          >
            <div className={styles.textHead}>
              <LetterBadge index={position(response.id)} />
              {t('discussion.characters', { count: characterCount(response.text) })}
              {row && index < ids.length && <Scores row={row} first={index === 0} />}
            </div>
            <Painted response={response} view={view}>
              {parts && index < ids.length && <TextDiff parts={parts} side={index === 0 ? 'a' : 'b'} />}
            </Painted>
          </div>
        ))}
      </div>
    </section>
  )
}

function Painted({ response, view: { layersOf }, children }: PaintedProps) {
  const layers = useMemo(() => layersOf(response), [layersOf, response])
  return (
    <PaintedText response={response} layers={layers}>
      {children}
    </PaintedText>
  )
}

/** What either text says that the other does not; null unless there are two. */
function useDiff(a: string | undefined, b: string | undefined): DiffPart[] | null {
  return useMemo(() => (a !== undefined && b !== undefined ? diffTexts(a, b) : null), [a, b])
}

/** What each of the people scored this response when they compared the two. */
function Scores({ row, first }: { row: DiscussionComparison; first: boolean }) {
  const { t } = useTranslation()
  return row.verdicts.map(({ by, mine, pass, score_a, score_b }) => (
    <span key={pass} className={styles.score}>
      {t('discussion.scored', { name: mine ? t('discussion.me') : by, score: first ? score_a : score_b })}
    </span>
  ))
}
