import { useTranslation } from 'react-i18next'
import type { Submission } from './outbox'

interface Props {
  submissions: readonly Submission[]
  /** The server has taken an answer since the page was opened */
  sent: boolean
}

/** What became of the answers handed in: the next task does not wait for them. */
export function SubmitState({ submissions, sent }: Props) {
  const { t } = useTranslation()
  const open = submissions.filter(({ state }) => state !== 'refused')
  const unsent = open.filter(({ error }) => error !== null).length
  const state = unsent > 0 ? 'unsent' : open.length > 0 ? 'sending' : sent ? 'sent' : ''
  return (
    <span data-state={state} data-testid="submit-state">
      {state === 'unsent' && t('draft.submit.unsent', { count: unsent })}
      {state === 'sending' && t('draft.submit.sending')}
      {state === 'sent' && t('draft.submit.sent')}
    </span>
  )
}
