import type { Dispute, DisputeComparison } from '@/api/disputes'
import type { Position } from '@/components/compare/verdicts'
import { Tiers } from '@/components/Tiers'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { graphWithout, graphWithPass } from './decision'
import styles from './qa.module.css'

interface Props {
  dispute: Dispute
  /** The ranking that the chosen verdicts give, or the one that stands */
  tiers: readonly (readonly number[])[]
  focused: DisputeComparison | undefined
  position: Position
}

/** The ranking as it is being decided, as either pass alone would have it, and without what one person says here. */
export function WhatIf({ dispute, tiers, focused, position }: Props) {
  const { t } = useTranslation()
  const passes = dispute.comparisons[0]?.verdicts.map(({ pass }) => pass) ?? []
  const line = (key: string, label: ReactNode, ranking: readonly (readonly number[])[], testid: string) => (
    <Fragment key={key}>
      <dt>{label}</dt>
      <dd data-testid={testid}>
        <Tiers tiers={ranking} position={position} />
      </dd>
    </Fragment>
  )
  return (
    <>
      <h3>{t(dispute.may_decide ? 'qa.whatIf.title' : 'qa.whatIf.standing')}</h3>
      <dl className={styles.whatIf}>
        {line('draft', t(dispute.may_decide ? 'qa.whatIf.draft' : 'qa.whatIf.now'), tiers, 'what-if')}
        {passes.map((pass) =>
          line(`pass-${pass}`, t('qa.whatIf.pass', { pass }), graphWithPass(dispute, pass).tiers, `what-if-pass-${pass}`),
        )}
        {focused?.verdicts.map(({ pass, by }) =>
          line(
            `without-${pass}`,
            t('qa.whatIf.without', { by }),
            graphWithout(dispute, focused, pass).tiers,
            `what-if-without-${pass}`,
          ),
        )}
      </dl>
    </>
  )
}
