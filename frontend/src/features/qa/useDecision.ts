import { ApiError } from '@/api/client'
import { useDecide, type Dispute } from '@/api/disputes'
import { rememberReason } from '@/lib/recentReasons'
import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { toDecision, type Draft } from './decision'

const SOMEBODY_ELSE = ['already_decided', 'not_in_dispute']

/** Sends the decision. Somebody else's having been faster is no error of this person's: it is told, and work goes on. */
export function useDecision(project: number, dispute: Dispute, onSettled: (decision: number | null) => void) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const decide = useDecide(project)
  const number = dispute.prompt.number
  const send = (draft: Draft) => {
    const decision = toDecision(dispute, draft)
    decide.mutate(
      { prompt: dispute.prompt.id, decision },
      {
        onSuccess: ({ decision: recorded }) => {
          rememberReason({ reason: decision.reason, clause: decision.clause })
          void message.success(t('qa.confirmed', { number }))
          onSettled(recorded)
        },
        onError: (error) => {
          if (!(error instanceof ApiError) || !SOMEBODY_ELSE.includes(error.code)) return
          void message.warning(t('qa.alreadyDecided', { number }))
          onSettled(null)
        },
      },
    )
  }
  return { ...decide, send }
}
