import { guidelineQuery } from '@/api/guidelines'
import type { CategoryRef } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { ResponseText } from '@/components/ResponseText'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './task.module.css'

/** The category's guideline beside the task. */
export function GuidelinePanel({ category, onClose }: { category: CategoryRef; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <aside className={styles.guideline} aria-label={t('task.guideline.title')} data-testid="guideline">
      <header className={styles.guidelineHead}>
        <strong>{t('task.guideline.title')}</strong>
        <span className={styles.quiet}>{category.path.join(' / ')}</span>
        <span className={styles.grow} />
        <Button size="small" type="text" onClick={onClose} aria-label={t('task.guideline.close')}>
          ✕
        </Button>
      </header>
      <GuidelineText category={category.id} />
    </aside>
  )
}

function GuidelineText({ category }: { category: number }) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(guidelineQuery(category))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.version === null) return <p className={styles.quiet}>{t('task.guideline.none')}</p>
  const source = data.inherited_from?.join(' / ')
  return (
    <>
      <p className={styles.quiet}>
        {t('task.guideline.version', { version: data.version })}
        {source && t('task.guideline.inherited', { source })}
      </p>
      <ResponseText text={data.text} />
    </>
  )
}
