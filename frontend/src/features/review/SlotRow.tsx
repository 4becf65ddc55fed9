import type { Review, ReviewSlot } from '@/api/reviews'
import styles from '@/components/compare/compare.module.css'
import { FocusRow } from '@/components/compare/FocusRow'
import type { Position } from '@/components/compare/verdicts'
import { LetterBadge } from '@/components/LetterBadge'
import { Tiers } from '@/components/Tiers'
import { letterAt } from '@/lib/hues'
import { Checkbox } from 'antd'
import { useTranslation } from 'react-i18next'
import { slotKey, toggleSlot, type Draft } from './verdict'

interface Props {
  review: Review
  task: number
  focused: boolean
  chosen: ReadonlySet<string>
  position: Position
  onFocus: () => void
  onDraft: (change: (draft: Draft) => Draft) => void
}

/** One task with what each pass made of it, each to be rejected by itself. */
export function SlotRow({ review, task, focused, chosen, position, onFocus, onDraft }: Props) {
  const { t } = useTranslation()
  const slots = review.slots.filter((slot) => slot.task === task)
  const shown = [...(slots[0]?.response_ids ?? [])].sort((a, b) => position(a) - position(b))
  const choose = (slot: ReviewSlot) => {
    onFocus()
    onDraft((draft) => toggleSlot(draft, slot))
  }
  return (
    <FocusRow focused={focused} testid={`review-task-${task}`}>
      <td>
        <button type="button" className={styles.pair} onClick={onFocus} aria-label={shown.map((id) => letterAt(position(id))).join(' – ')}>
          {shown.map((id) => (
            <LetterBadge key={id} index={position(id)} />
          ))}
        </button>
      </td>
      {slots.map((slot, place) => (
        <td key={slot.pass}>
          <Checkbox
            checked={chosen.has(slotKey(slot))}
            onChange={() => choose(slot)}
            data-testid={`review-reject-slot-${task}-${slot.pass}`}
          >
            <strong>{byOf(review, slot)}</strong> <kbd>{place + 1}</kbd> <Tiers tiers={slot.order} position={position} />
            <span className={styles.by}>
              {shown.map((id) => `${letterAt(position(id))} ${slot.scores[String(id)] ?? '–'}`).join(' ')} ·{' '}
              {t('review.seconds', { count: Math.round(slot.seconds) })}
            </span>
          </Checkbox>
        </td>
      ))}
    </FocusRow>
  )
}

/** The letter that the page gives a pass. */
function byOf({ comparisons }: Review, { pass }: ReviewSlot): string {
  return comparisons.flatMap(({ verdicts }) => verdicts).find((said) => said.pass === pass)?.by ?? String(pass)
}
