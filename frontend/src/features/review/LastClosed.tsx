import styles from '@/components/compare/compare.module.css'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Closed } from './closed'
import { MakeGold } from './MakeGold'

interface Props {
  project: number
  review: Closed
  onOpen: () => void
}

/** What this person has just closed: the way back to it, and to making it a gold review. */
export function LastClosed({ project, review, onOpen }: Props) {
  const { t } = useTranslation()
  return (
    <div className={styles.last} data-testid="review-last">
      <Button type="link" size="small" onClick={onOpen} data-testid="review-last-open">
        {t('review.done', { number: review.number, state: t(`review.state.${review.state}`) })}
      </Button>
      <MakeGold key={review.review} project={project} review={review} testid="review-make-gold" />
    </div>
  )
}
