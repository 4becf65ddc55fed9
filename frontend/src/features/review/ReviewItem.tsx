import { reviewQuery, type Review, type ReviewComparison } from '@/api/reviews'
import styles from '@/components/compare/compare.module.css'
import { PromptBox } from '@/components/compare/PromptBox'
import { ResponseColumns } from '@/components/compare/ResponseColumns'
import { VerdictMatrix } from '@/components/compare/VerdictMatrix'
import { verdictText } from '@/components/compare/verdicts'
import { Failure } from '@/components/Failure'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Closed } from './closed'
import { OverruleBar } from './OverruleBar'
import { ReadBar } from './ReadBar'
import { RejectPanel } from './RejectPanel'
import { ReviewHead } from './ReviewHead'
import { ReviewSide } from './ReviewSide'
import { useReviewAct } from './useReviewAct'
import { useReviewDraft } from './useReviewDraft'

interface Props {
  project: number
  id: number
  /** The review left the queue: closed by this person, or found closed by another (null) */
  onClosed: (outcome: Closed | null) => void
}

/** One review: what the passes say, what was decided, and the three ways to close it. */
export function ReviewItem({ id, ...props }: Props) {
  const query = useQuery(reviewQuery(id))
  const { t } = useTranslation()
  const names = t('review.passes').split(' ')
  return <QueryView query={query}>{(review) => <Item review={named(review, names)} {...props} />}</QueryView>
}

/** The review with its passes called as this language counts them. */
function named(review: Review, names: readonly string[]): Review {
  const comparisons = review.comparisons.map((row) => ({
    ...row,
    verdicts: row.verdicts.map((said) => ({ ...said, by: names[said.pass - 1] ?? said.by })),
  }))
  return { ...review, comparisons }
}

function Item({ project, review, onClosed }: Omit<Props, 'id'> & { review: Review }) {
  const { t } = useTranslation()
  const { comparisons, prompt, responses } = review
  const act = useReviewAct(project, review, onClosed)
  const work = useReviewDraft(review, act)
  const { mode } = work
  const position = (response: number) => responses.findIndex(({ id }) => id === response)
  const bar = { work, pending: act.isPending }
  return (
    <article className={styles.item} data-testid={`review-${review.review}`} data-mode={mode}>
      <ReviewHead project={project} review={review} guideline={work.guideline} onGuideline={work.setGuideline} />
      <div className={styles.main}>
        <div className={styles.reading}>
          <PromptBox text={prompt.text} system={prompt.system} />
          <ResponseColumns
            responses={responses}
            focused={work.focused}
            position={position}
            diff={work.diff}
            onDiff={work.setDiff}
            raw={mode === 'reject'}
          />
        </div>
        <div className={styles.panel}>
          {mode === 'reject' ? (
            <RejectPanel review={review} position={position} {...bar} />
          ) : (
            <VerdictMatrix
              comparisons={comparisons}
              unfolded
              chosen={work.draft.chosen}
              focus={work.focus}
              other={work.other}
              position={position}
              decides={() => mode === 'overrule'}
              outcome={(row) => <Outcome row={row} position={position} />}
              onFocus={work.moveTo}
              onOther={work.setOther}
              onChoose={work.take}
            />
          )}
          <Failure error={act.error} kept={t('review.kept')} />
          {mode === 'overrule' && <OverruleBar {...bar} />}
          {mode === 'read' && review.may_act && <ReadBar {...bar} />}
        </div>
      </div>
      <ReviewSide review={review} draft={work.draft} mode={mode} position={position} />
    </article>
  )
}

/** What stands of a comparison: a decision with its reason and clause, the passes' agreement, or nothing yet. */
function Outcome({ row, position }: { row: ReviewComparison; position: (id: number) => number }) {
  const { t } = useTranslation()
  const { decided } = row
  if (!decided) return t(row.same ? 'qa.same' : 'qa.open')
  return (
    <span title={decided.reason} data-testid="decided">
      <span className={styles.verdict}>
        {verdictText(position(row.response_a), position(row.response_b), decided.verdict)}
      </span>
      <span className={styles.by}>
        {t(`qa.stage.${decided.stage}`)} {decided.clause && `§${decided.clause}`}
      </span>
    </span>
  )
}
