import type { Discussion, DiscussionComparison } from '@/api/discussions'
import { LetterBadge } from '@/components/LetterBadge'
import { ResponseText } from '@/components/ResponseText'
import { TextDiff } from '@/components/TextDiff'
import { hueAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import { diffTexts, type DiffPart } from '@/lib/textDiff'
import { Button } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Item } from './agreeing'
import styles from './discussion.module.css'

interface Props {
  discussion: Discussion
  item: Item | undefined
  diff: boolean
  onDiff: (diff: boolean) => void
  position: (response: number) => number
}

/** The texts in question, in full: two side by side with what each scored, or the one that some call garbage. */
export function PairTexts({ discussion, item, diff, onDiff, position }: Props) {
  const { t } = useTranslation()
  const text = (id: number) => discussion.responses.find((response) => response.id === id)?.text ?? ''
  const ids = item?.row ? [item.row.response_a, item.row.response_b] : item?.discard ? [item.discard.response] : []
  const [a, b] = ids.map(text)
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
        {ids.map((id, index) => (
          <div key={id} className={styles.text} style={{ borderTopColor: hueAt(position(id)) }} data-testid={`text-${id}`}>
            <div className={styles.textHead}>
              <LetterBadge index={position(id)} />
              {t('discussion.characters', { count: characterCount(text(id)) })}
              {item?.row && <Scores row={item.row} first={index === 0} />}
            </div>
            {parts ? <TextDiff parts={parts} side={index === 0 ? 'a' : 'b'} /> : <ResponseText text={text(id)} />}
          </div>
        ))}
      </div>
    </section>
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
