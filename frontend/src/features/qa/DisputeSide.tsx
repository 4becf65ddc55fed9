import type { Dispute } from '@/api/disputes'
import { History } from '@/components/History'
import { LetterBadge } from '@/components/LetterBadge'
import { PreferenceGraph } from '@/components/PreferenceGraph'
import { Tiers } from '@/components/Tiers'
import { Fragment, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { graphWithDraft, graphWithPass, type Draft } from './decision'
import styles from './qa.module.css'

interface Props {
  dispute: Dispute
  draft: Draft
  position: (response: number) => number
}

/** What follows from the verdicts chosen so far, what either pass alone would give, and what happened before. */
export function DisputeSide({ dispute, draft, position }: Props) {
  const { t } = useTranslation()
  const graph = useMemo(() => graphWithDraft(dispute, draft), [dispute, draft])
  const passes = dispute.comparisons[0]?.verdicts.map(({ pass }) => pass) ?? []
  return (
    <aside className={styles.side}>
      <h3>{t('qa.whatIf.title')}</h3>
      <dl className={styles.whatIf}>
        <dt>{t('qa.whatIf.draft')}</dt>
        <dd data-testid="what-if">
          <Tiers tiers={graph.tiers} position={position} />
        </dd>
        {passes.map((pass) => (
          <Fragment key={pass}>
            <dt>{t('qa.whatIf.pass', { pass })}</dt>
            <dd>
              <Tiers tiers={graphWithPass(dispute, pass).tiers} position={position} />
            </dd>
          </Fragment>
        ))}
      </dl>
      <h3>{t('qa.graph')}</h3>
      <PreferenceGraph graph={graph} position={position} />
      {dispute.discard_marks.length > 0 && (
        <>
          <h3>{t('qa.discardMarks')}</h3>
          <ul className={styles.marks} data-testid="discard-marks">
            {dispute.discard_marks.map(({ response, by }) => (
              <li key={`${response}-${by}`}>
                <LetterBadge index={position(response)} /> {by}
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{t('qa.history')}</h3>
      <History events={dispute.events} />
    </aside>
  )
}
