import type { Discussion } from '@/api/discussions'
import { EmptyState } from '@/components/EmptyState'
import { ResponseText } from '@/components/ResponseText'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './discussion.module.css'

/** The guideline that holds for the prompt, beside what is said about it. */
export function GuidelineAside({ discussion: { guideline }, onClose }: { discussion: Discussion; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <section className={styles.guideline} aria-label={t('discussion.guideline')} data-testid="guideline">
      <header className={styles.sideHead}>
        <strong>{t('discussion.guideline')}</strong>
        {guideline && <span className={styles.quiet}>{t('discussion.guidelineVersion', { version: guideline.version })}</span>}
        <Button size="small" type="text" onClick={onClose} aria-label={t('discussion.closeGuideline')} className={styles.push}>
          ✕
        </Button>
      </header>
      {guideline ? <ResponseText text={guideline.text} /> : <EmptyState title={t('discussion.noGuideline')} />}
    </section>
  )
}
