import type { Dispute, DisputeComparison } from '@/api/disputes'
import styles from '@/components/compare/compare.module.css'
import type { Position } from '@/components/compare/verdicts'
import { VoteEffects } from '@/components/compare/VoteEffects'
import { History } from '@/components/History'
import { LetterBadge } from '@/components/LetterBadge'
import { Remarks } from '@/components/marks/Remarks'
import type { RemarksView } from '@/components/marks/useRemarks'
import { PreferenceGraph } from '@/components/PreferenceGraph'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { PastDecisions } from './PastDecisions'
import { Thread } from './Thread'
import { WhatIf } from './WhatIf'
import { graphWithDraft, type Draft } from './decision'
import { Fold } from './Fold'

interface Props {
  dispute: Dispute
  draft: Draft
  focused: DisputeComparison | undefined
  view: RemarksView
  position: Position
}

/** What follows from the verdicts chosen so far, what each vote does, and what was said and done before. */
export function DisputeSide({ dispute, draft, focused, view, position }: Props) {
  const { t } = useTranslation()
  // A decision that stands is in the server's graph; one in the making is what this page works out.
  const graph = useMemo(
    () => (dispute.may_decide ? graphWithDraft(dispute, draft) : dispute.graph),
    [dispute, draft],
  )
  const marks = dispute.discard_marks
  return (
    <aside className={styles.side}>
      {dispute.escalated_reason && (
        <>
          <h3>{t('qa.escalate.because')}</h3>
          <p className={styles.quiet} data-testid="escalated-reason">
            {dispute.escalated_reason}
          </p>
        </>
      )}
      <WhatIf dispute={dispute} tiers={graph.tiers} focused={focused} position={position} />
      <h3>{t('qa.graph')}</h3>
      <PreferenceGraph graph={graph} position={position} />
      <Remarks remarks={dispute.remarks} kinds={dispute.fault_kinds} view={view} position={position} />
      {marks.length > 0 && (
        <>
          <h3>{t('qa.discardMarks')}</h3>
          <ul className={styles.list} data-testid="discard-marks">
            {marks.map(({ response, by }) => (
              <li key={`${response}-${by}`}>
                <LetterBadge index={position(response)} /> {by}
              </li>
            ))}
          </ul>
        </>
      )}
      <Fold title={t('qa.effects.title')} testid="effects">
        <VoteEffects prompt={dispute.prompt.id} position={position} />
      </Fold>
      {dispute.decisions.length > 0 && <PastDecisions decisions={dispute.decisions} position={position} />}
      {dispute.discussion && dispute.discussion.messages.length > 0 && (
        <Thread messages={dispute.discussion.messages} position={position} />
      )}
      <Fold title={t('qa.history', { count: dispute.events.length })} testid="history-fold">
        <History events={dispute.events} />
      </Fold>
    </aside>
  )
}
