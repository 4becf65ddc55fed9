import type { Review } from '@/api/reviews'
import styles from '@/components/compare/compare.module.css'
import type { Position } from '@/components/compare/verdicts'
import { LetterBadge } from '@/components/LetterBadge'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { BarProps } from './ReadBar'

interface Props {
  responses: Review['responses']
  work: BarProps['work']
  position: Position
}

/** The faults marked so far, each to be taken out again, and how to mark one. */
export function SpanList({ responses, work, position }: Props) {
  const { t } = useTranslation()
  const { draft, setDraft, unplaced, mark } = work
  const text = (response: number, start: number, end: number) =>
    Array.from(responses.find(({ id }) => id === response)?.text ?? '').slice(start, end).join('')
  return (
    <div className={styles.recent} data-testid="review-spans">
      <Button
        size="small"
        // The press must not take away the selection that it is about.
        onMouseDown={(event) => event.preventDefault()}
        onClick={mark}
        data-testid="review-mark"
      >
        {t('review.mark')} <kbd>F</kbd>
      </Button>
      {draft.spans.length === 0 && <span>{t(unplaced ? 'review.selectFirst' : 'review.markHint')}</span>}
      {draft.spans.map((span, index) => (
        <button
          key={`${span.response} ${span.start} ${span.end}`}
          type="button"
          title={t('review.unmark')}
          onClick={() => setDraft({ ...draft, spans: draft.spans.filter((_, other) => other !== index) })}
          data-testid={`review-span-${index}`}
        >
          <LetterBadge index={position(span.response)} /> {text(span.response, span.start, span.end)} ✕
        </button>
      ))}
    </div>
  )
}
