import type { Review } from '@/api/reviews'
import styles from '@/components/compare/compare.module.css'
import { verdictText, type Position } from '@/components/compare/verdicts'
import { LetterBadge } from '@/components/LetterBadge'
import { Remarks } from '@/components/marks/Remarks'
import type { RemarksView } from '@/components/marks/useRemarks'
import { PreferenceGraph } from '@/components/PreferenceGraph'
import { Tiers } from '@/components/Tiers'
import { useTranslation } from 'react-i18next'
import { graphWithDraft, type Draft, type Mode } from './verdict'

interface Props {
  review: Review
  draft: Draft
  mode: Mode
  view: RemarksView
  position: Position
}

/** The ranking under review (or as it would be overruled), what was decided about it, and what came back before. */
export function ReviewSide({ review, draft, mode, view, position }: Props) {
  const { t } = useTranslation()
  const graph = mode === 'overrule' ? graphWithDraft(review, draft) : review.graph
  const decided = review.comparisons.filter((row) => row.decided)
  return (
    <aside className={styles.side}>
      <h3>{t(mode === 'overrule' ? 'qa.whatIf.title' : 'review.ranking')}</h3>
      <span data-testid="what-if">
        <Tiers tiers={graph.tiers} position={position} />
      </span>
      <h3>{t('qa.graph')}</h3>
      <PreferenceGraph graph={graph} position={position} />
      <Remarks remarks={review.remarks} kinds={review.fault_kinds} view={view} position={position} />
      {decided.length > 0 && (
        <>
          <h3>{t('qa.decisions')}</h3>
          <ul className={styles.list} data-testid="review-decisions">
            {decided.map((row) => (
              <li key={`${row.task}:${row.response_a}:${row.response_b}`}>
                <strong>
                  {row.decided && verdictText(position(row.response_a), position(row.response_b), row.decided.verdict)}
                </strong>{' '}
                {row.decided && t(`qa.stage.${row.decided.stage}`)}
                <p>
                  {row.decided?.clause && <code>{row.decided.clause}</code>} {row.decided?.reason}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
      {review.earlier.length > 0 && <Earlier review={review} position={position} />}
    </aside>
  )
}

function Earlier({ review: { earlier }, position }: { review: Review; position: Position }) {
  const { t } = useTranslation()
  return (
    <>
      <h3>{t('review.earlier')}</h3>
      <ul className={styles.list} data-testid="review-earlier">
        {earlier.map((rejection) => (
          <li key={`${rejection.task}-${rejection.pass}`}>
            {t('qa.pass', { pass: rejection.pass })}
            <p>{rejection.reason}</p>
            {rejection.spans.map((span) => (
              <p key={`${span.response} ${span.start}`}>
                <LetterBadge index={position(span.response)} /> <mark>{span.text}</mark>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </>
  )
}
