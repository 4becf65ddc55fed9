import type { Dispute } from '@/api/disputes'
import { stagesOf } from '@/api/reviews'
import { useRoles } from '@/api/session'
import styles from '@/components/compare/compare.module.css'
import { GuidelineDrawer } from '@/components/compare/GuidelineDrawer'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DropDialog } from './DropDialog'
import { EscalateDialog } from './EscalateDialog'

interface Props {
  project: number
  dispute: Dispute
  guideline: boolean
  escalating: boolean
  onGuideline: (open: boolean) => void
  onEscalating: (open: boolean) => void
  /** Escalated or dropped */
  onGone: () => void
}

/** What the prompt is, how far the passes agree, and the ways to the guideline, to the next stage and out of the flow. */
export function DisputeHead({ project, dispute, guideline, escalating, ...on }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const [dropping, setDropping] = useState(false)
  const { prompt } = dispute
  const amends = useAmends(project, dispute)
  return (
    <header className={styles.itemHead}>
      <h2>#{prompt.number}</h2>
      <span>{prompt.category.path.join(' / ')}</span>
      <StateTag machine="prompt" state={prompt.state} />
      <span data-testid="dispute-agreement" title={t(`qa.measure.${prompt.measure}`)}>
        {t('qa.agreementOf', { rate: format.percent(prompt.agreement), needed: format.percent(prompt.threshold) })}
      </span>
      <span className={styles.push}>
        <Button type="text" size="small" onClick={() => on.onGuideline(!guideline)} data-testid="open-guideline">
          {t('qa.guideline')} <kbd>M</kbd>
        </Button>
        {dispute.may_escalate && (
          <Button type="text" size="small" onClick={() => on.onEscalating(true)} data-testid="escalate-open">
            {t('qa.escalate.open')} <kbd>E</kbd>
          </Button>
        )}
        {dispute.may_decide && (
          <Button type="text" size="small" danger onClick={() => setDropping(true)} data-testid="drop-prompt">
            {t('qa.drop.open')}
          </Button>
        )}
      </span>
      {guideline && (
        <GuidelineDrawer
          project={project}
          category={dispute.guideline?.category ?? prompt.category}
          amends={amends}
          onClose={() => on.onGuideline(false)}
        />
      )}
      {dropping && (
        <DropDialog project={project} prompt={prompt} onDropped={on.onGone} onClose={() => setDropping(false)} />
      )}
      {escalating && (
        <EscalateDialog
          project={project}
          prompt={prompt}
          onEscalated={on.onGone}
          onClose={() => on.onEscalating(false)}
        />
      )}
    </header>
  )
}

/** Whether this person may amend the guideline here: who writes it always, a decider from a decision of their stage. */
function useAmends(project: number, { decisions }: Dispute): { decision?: number } | null {
  const roles = useRoles(project)
  const own = decisions.findLast(({ by }) => stagesOf(roles).includes(by))
  if (own) return { decision: own.id }
  return roles.includes('owner') || roles.includes('researcher') ? {} : null
}
