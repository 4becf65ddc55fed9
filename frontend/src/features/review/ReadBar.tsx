import styles from '@/components/compare/compare.module.css'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { useReviewDraft } from './useReviewDraft'

export interface BarProps {
  work: ReturnType<typeof useReviewDraft>
  pending: boolean
}

/** The three ways to close a review. */
export function ReadBar({ work, pending }: BarProps) {
  const { t } = useTranslation()
  return (
    <div className={styles.actions} style={{ marginTop: 6 }}>
      <Button type="primary" loading={pending} onClick={work.approve} data-testid="review-approve">
        {t('review.approve')} <kbd>A</kbd>
      </Button>
      <Button danger onClick={() => work.enter('reject')} data-testid="review-reject-open">
        {t('review.reject.open')} <kbd>R</kbd>
      </Button>
      <Button onClick={() => work.enter('overrule')} data-testid="review-overrule-open">
        {t('review.overrule.open')} <kbd>O</kbd>
      </Button>
      <span className={styles.quiet}>{t('review.keys')}</span>
    </div>
  )
}
