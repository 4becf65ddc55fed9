import { ApiError } from '@/api/client'
import { useReview, type Act, type Review } from '@/api/reviews'
import { rememberReason } from '@/lib/recentReasons'
import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Closed } from './closed'

/** Closes a review. Somebody else's having been faster is told, and work goes on with the next. */
export function useReviewAct(project: number, { review, prompt: { number } }: Review, onClosed: (outcome: Closed | null) => void) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const close = useReview(project, review)
  const send = (act: Act) => {
    if (close.isPending) return
    close.mutate(act, {
      onSuccess: ({ state }) => {
        if (act.kind !== 'approve') rememberReason({ reason: act.body.reason, clause: 'clause' in act.body ? act.body.clause ?? '' : '' })
        void message.success(t('review.done', { number, state: t(`review.state.${state}`) }))
        onClosed({ review, number, state })
      },
      onError: (error) => {
        if (!(error instanceof ApiError) || error.code !== 'already_reviewed') return
        void message.warning(t('review.alreadyReviewed', { number }))
        onClosed(null)
      },
    })
  }
  return { error: close.error, isPending: close.isPending, send }
}
