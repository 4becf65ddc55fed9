import { disputeQuery, type Dispute, type DisputeComparison } from '@/api/disputes'
import styles from '@/components/compare/compare.module.css'
import { PromptBox } from '@/components/compare/PromptBox'
import { ResponseColumns } from '@/components/compare/ResponseColumns'
import { VerdictMatrix } from '@/components/compare/VerdictMatrix'
import { comparisonKey, verdictText } from '@/components/compare/verdicts'
import { Failure } from '@/components/Failure'
import { useRemarks } from '@/components/marks/useRemarks'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import type { InputRef } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DecisionBar } from './DecisionBar'
import { DiscardRow } from './DiscardRow'
import { DisputeHead } from './DisputeHead'
import { DisputeSide } from './DisputeSide'
import { discardKey, missing, unsettled, type Draft } from './decision'
import { useDecision } from './useDecision'
import { useDisputeKeys } from './useDisputeKeys'

interface Props {
  project: number
  id: number
  draft: Draft
  onDraft: (draft: Draft) => void
  /** The prompt left the queue: by a decision of this person's, or (null) escalated, dropped, decided by another */
  onSettled: (decision: number | null, dispute: Dispute) => void
}

/** One prompt with everything that its decision needs; where nothing is to be decided here, the same to read. */
export function DisputeItem({ id, ...props }: Props) {
  const query = useQuery(disputeQuery(id))
  return <QueryView query={query}>{(dispute) => <Item dispute={dispute} {...props} />}</QueryView>
}

function Item({ project, dispute, draft, onDraft, onSettled }: Omit<Props, 'id'> & { dispute: Dispute }) {
  const { t } = useTranslation()
  const { comparisons, prompt, responses, discards, may_decide: mayDecide } = dispute
  const field = useRef<InputRef>(null)
  const [diff, setDiff] = useState(false)
  const [guideline, setGuideline] = useState(false)
  const [escalating, setEscalating] = useState(false)
  const gone = (recorded: number | null) => onSettled(recorded, dispute)
  const decision = useDecision(project, dispute, gone)
  const position = (response: number) => responses.findIndex(({ id }) => id === response)
  const view = useRemarks(dispute.remarks, responses)
  const lacking = missing(dispute, draft)
  const confirm = () => {
    if (mayDecide && lacking === null && !decision.isPending) decision.send(draft)
  }
  const { focus, other, setOther, moveTo, take, takeDiscard } = useDisputeKeys({
    dispute,
    draft,
    onDraft,
    onDone: () => field.current?.focus(),
    onDiff: () => setDiff(!diff),
    onGuideline: (open) => setGuideline(open ?? !guideline),
    onEscalate: () => setEscalating(dispute.may_escalate),
    onConfirm: confirm,
  })
  const discard = discards.find((row) => discardKey(row) === focus)
  const focused = comparisons.find((row) => comparisonKey(row) === focus)
  const shown = focused ?? (discard && pairWith(discard.response, comparisons, responses))

  return (
    <article className={styles.item} data-testid={`dispute-${prompt.id}`}>
      <DisputeHead
        project={project}
        dispute={dispute}
        guideline={guideline}
        escalating={escalating}
        onGuideline={setGuideline}
        onEscalating={setEscalating}
        onGone={() => gone(null)}
      />
      <div className={styles.main}>
        <div className={styles.reading}>
          <PromptBox text={prompt.text} system={prompt.system} />
          <ResponseColumns
            responses={responses}
            focused={shown}
            position={position}
            diff={diff}
            onDiff={setDiff}
            also={view.also}
            layersOf={view.layersOf}
          />
        </div>
        <div className={styles.panel}>
          <VerdictMatrix
            comparisons={comparisons}
            chosen={draft.chosen}
            focus={focus}
            other={other}
            position={position}
            decides={(row) => mayDecide && !row.same}
            outcome={(row) => <Outcome row={row} dispute={dispute} position={position} />}
            onFocus={moveTo}
            onOther={setOther}
            onChoose={take}
          >
            {discards.map((row) => (
              <DiscardRow
                key={row.response}
                discard={row}
                index={position(row.response)}
                focused={discardKey(row) === focus}
                chosen={draft.discards[row.response]}
                disabled={!mayDecide}
                onFocus={() => moveTo(discardKey(row))}
                onChoose={(discarded) => takeDiscard(row, discarded)}
              />
            ))}
          </VerdictMatrix>
          <Failure error={decision.error} kept={t('qa.kept')} />
          {mayDecide && (
            <DecisionBar
              draft={draft}
              missing={lacking}
              left={unsettled(dispute, draft).length}
              pending={decision.isPending}
              field={field}
              onDraft={onDraft}
              onConfirm={confirm}
            />
          )}
        </div>
      </div>
      <DisputeSide dispute={dispute} draft={draft} focused={focused} view={view} position={position} />
    </article>
  )
}

/** What a row that takes no verdict here came to: the passes agree, or a decision stands. */
function Outcome({ row, dispute, position }: { row: DisputeComparison; dispute: Dispute; position: (id: number) => number }) {
  const { t } = useTranslation()
  const key = comparisonKey(row)
  const verdict = dispute.decisions
    .flatMap(({ verdicts }) => verdicts)
    .findLast((decided) => comparisonKey(decided) === key)?.verdict
  if (verdict) return t('qa.decidedAs', { verdict: verdictText(position(row.response_a), position(row.response_b), verdict) })
  return t(row.same ? 'qa.same' : 'qa.open')
}

/** A disputed response beside the one that it is most often compared with, so that there is something to hold it against. */
function pairWith(response: number, comparisons: readonly DisputeComparison[], responses: readonly { id: number }[]) {
  const row = comparisons.find(({ response_a, response_b }) => response_a === response || response_b === response)
  const other = row
    ? row.response_a === response ? row.response_b : row.response_a
    : responses.find(({ id }) => id !== response)?.id
  return { response_a: response, response_b: other ?? response, verdicts: [] }
}
