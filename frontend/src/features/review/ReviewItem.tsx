import { reviewQuery, type Review, type ReviewComparison, type Span } from '@/api/reviews'
import styles from '@/components/compare/compare.module.css'
import { PromptBox } from '@/components/compare/PromptBox'
import { ResponseColumns } from '@/components/compare/ResponseColumns'
import { VerdictMatrix } from '@/components/compare/VerdictMatrix'
import { verdictText, type ShownResponse } from '@/components/compare/verdicts'
import { Failure } from '@/components/Failure'
import { useRemarks, type RemarksView } from '@/components/marks/useRemarks'
import { QueryView } from '@/components/QueryView'
import { toUnits } from '@/lib/offsets'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
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
  const passes = t('review.passes')
  const names = useMemo(() => passes.split(' '), [passes])
  return <QueryView query={query}>{(review) => <NamedItem review={review} names={names} {...props} />}</QueryView>
}

function NamedItem({ review, names, ...props }: Omit<Props, 'id'> & { review: Review; names: readonly string[] }) {
  const shown = useMemo(() => named(review, names), [review, names])
  return <Item review={shown} {...props} />
}

/** The review with its passes called as this language counts them. */
function named(review: Review, names: readonly string[]): Review {
  const comparisons = review.comparisons.map((row) => ({
    ...row,
    verdicts: row.verdicts.map((said) => ({ ...said, by: names[said.pass - 1] ?? said.by })),
  }))
  const remarks = review.remarks.map((remark) => ({ ...remark, by: names[remark.pass - 1] ?? remark.by }))
  return { ...review, comparisons, remarks }
}

function Item({ project, review, onClosed }: Omit<Props, 'id'> & { review: Review }) {
  const { t } = useTranslation()
  const { comparisons, prompt, responses } = review
  const act = useReviewAct(project, review, onClosed)
  const work = useReviewDraft(review, act)
  const { mode } = work
  const view = useRemarks(review.remarks, responses)
  const layersOf = useLayers(view, work.draft.spans)
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
            also={view.also}
            layersOf={layersOf}
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
      <ReviewSide review={review} draft={work.draft} mode={mode} view={view} position={position} />
    </article>
  )
}

/** The annotators' marks of the pass looked at, and the passages that this reviewer marked. */
function useLayers({ layersOf }: RemarksView, spans: readonly Span[]) {
  return useCallback(
    (response: ShownResponse) => ({
      ...layersOf(response),
      returned: spans.filter((span) => span.response === response.id).map((span) => toUnits(response.text, span)),
    }),
    [layersOf, spans],
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
