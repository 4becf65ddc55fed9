import type { Review } from '@/api/reviews'
import styles from '@/components/compare/compare.module.css'
import { ReasonFields } from '@/components/compare/ReasonFields'
import { comparisonKey, type Position } from '@/components/compare/verdicts'
import { Button, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { SlotRow } from './SlotRow'
import { SpanList } from './SpanList'
import type { BarProps } from './ReadBar'

/** Which annotations are wrong, where and why, and who does them again. */
export function RejectPanel({ review, position, work, pending }: BarProps & { review: Review; position: Position }) {
  const { t } = useTranslation()
  const { draft, lacking } = work
  const tasks = [...new Set(review.slots.map(({ task }) => task))]
  const firstOf = (task: number) => review.comparisons.find((row) => row.task === task)
  return (
    <>
      <div className={styles.matrixFrame}>
        <table className={styles.matrix} data-testid="review-reject-slots">
          <tbody>
            {tasks.map((task) => {
              const first = firstOf(task)
              return (
                <SlotRow
                  key={task}
                  review={review}
                  task={task}
                  focused={task === work.focused?.task}
                  chosen={draft.slots}
                  position={position}
                  onFocus={() => first && work.moveTo(comparisonKey(first))}
                  onDraft={(change) => work.setDraft(change(draft))}
                />
              )
            })}
          </tbody>
        </table>
      </div>
      <SpanList responses={review.responses} work={work} position={position} />
      <ReasonFields prefix="review-reject" value={draft} onChange={(given) => work.setDraft({ ...draft, ...given })} clause={false}>
        <Radio.Group
          value={draft.returnTo}
          options={[
            { value: 'same', label: t('review.reject.same') },
            { value: 'other', label: t('review.reject.other') },
          ]}
          onChange={(event) => work.setDraft({ ...draft, returnTo: event.target.value === 'other' ? 'other' : 'same' })}
          data-testid="review-reject-return"
        />
        <Button
          danger
          type="primary"
          disabled={lacking !== null}
          loading={pending}
          onClick={work.confirm}
          data-testid="review-reject-confirm"
        >
          {t('review.reject.confirm', { count: work.chosenSlots.length })} <kbd>⌃⏎</kbd>
        </Button>
        <Button onClick={work.close} data-testid="review-reject-cancel">
          {t('review.cancel')} <kbd>Esc</kbd>
        </Button>
      </ReasonFields>
      {lacking && <p className={styles.missing}>{t(`review.missing.${lacking}`)}</p>}
    </>
  )
}
