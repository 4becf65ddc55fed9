import type { Review } from '@/api/reviews'
import { useRoles } from '@/api/session'
import styles from '@/components/compare/compare.module.css'
import { GuidelineDrawer } from '@/components/compare/GuidelineDrawer'
import { useFormat } from '@/lib/format'
import { Button, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { hasOutcome } from './closed'
import { MakeGold } from './MakeGold'

interface Props {
  project: number
  review: Review
  guideline: boolean
  onGuideline: (open: boolean) => void
}

/** What is reviewed, at which stage, how far the passes agreed, and the way to the guideline. */
export function ReviewHead({ project, review, guideline, onGuideline }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const roles = useRoles(project)
  const { prompt, stage, state, round } = review
  return (
    <header className={styles.itemHead}>
      <h2>#{prompt.number}</h2>
      <span>{prompt.category.path.join(' / ')}</span>
      <Tag data-testid="review-state">
        {t(`qa.stage.${stage}`)} · {t(`review.state.${state}`)}
      </Tag>
      {round > 1 && <span>{t('review.round', { round })}</span>}
      <span title={t(`qa.measure.${prompt.measure}`)}>
        {t('qa.agreementOf', { rate: format.percent(prompt.agreement), needed: format.percent(prompt.threshold) })}
      </span>
      <span className={styles.push}>
        {hasOutcome(state) && (
          <MakeGold project={project} review={{ review: review.review, number: prompt.number, state }} testid="review-make-gold-here" />
        )}
        <Button type="text" size="small" onClick={() => onGuideline(!guideline)} data-testid="open-guideline">
          {t('qa.guideline')} <kbd>M</kbd>
        </Button>
      </span>
      {guideline && (
        <GuidelineDrawer
          project={project}
          category={prompt.category}
          amends={roles.includes('owner') || roles.includes('researcher') ? {} : null}
          onClose={() => onGuideline(false)}
        />
      )}
    </header>
  )
}
