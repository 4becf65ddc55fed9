import styles from '@/components/compare/compare.module.css'
import { ReasonFields } from '@/components/compare/ReasonFields'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { BarProps } from './ReadBar'

/** Why the verdicts given above take the place of those that stand, and the button that puts them there. */
export function OverruleBar({ work, pending }: BarProps) {
  const { t } = useTranslation()
  const { draft, lacking } = work
  return (
    <>
      <ReasonFields prefix="review-overrule" value={draft} onChange={(given) => work.setDraft({ ...draft, ...given })}>
        <Button
          type="primary"
          disabled={lacking !== null}
          loading={pending}
          onClick={work.confirm}
          data-testid="review-overrule-confirm"
        >
          {t('review.overrule.confirm')} <kbd>⌃⏎</kbd>
        </Button>
        <Button onClick={work.close} data-testid="review-overrule-cancel">
          {t('review.cancel')} <kbd>Esc</kbd>
        </Button>
      </ReasonFields>
      {lacking && <p className={styles.missing}>{t(`review.missing.${lacking}`)}</p>}
    </>
  )
}
