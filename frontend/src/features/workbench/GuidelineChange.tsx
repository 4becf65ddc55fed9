import { useReadGuideline, type Assignment } from '@/api/assignments'
import { guidelineQuery } from '@/api/guidelines'
import { Failure } from '@/components/Failure'
import { ResponseText } from '@/components/ResponseText'
import { TextChange } from '@/components/TextChange'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './workbench.module.css'

/** Tells quietly that the guideline is another than the one this person confirmed, and shows what changed in it. */
export function GuidelineChange({ assignment }: { assignment: Assignment }) {
  const { t } = useTranslation()
  const category = assignment.category.id
  const { data, refetch } = useQuery(guidelineQuery(category))
  const read = useReadGuideline(category)
  const [shown, setShown] = useState(false)

  // The task says which version holds now; what was read before may be older.
  const stale = data !== undefined && data.version !== assignment.guideline_version
  useEffect(() => {
    if (stale) void refetch()
  }, [stale, refetch])

  if (!data || data.version === null || data.read) return null
  const { version, previous } = data
  const note = data.versions[0]?.note
  return (
    <section className={styles.notice} aria-label={t('workbench.changed.show')} data-testid="guideline-changed">
      <div className={styles.noticeHead}>
        <span>
          {previous
            ? t('workbench.changed.title', { version, before: previous.version })
            : t('workbench.changed.first', { version })}
        </span>
        <Button size="small" aria-expanded={shown} onClick={() => setShown(!shown)} data-testid="guideline-show-change">
          {t(previous ? 'workbench.changed.show' : 'workbench.changed.open')}
        </Button>
        <Button size="small" loading={read.isPending} onClick={() => read.mutate(version)} data-testid="guideline-read">
          {t('workbench.changed.read')}
        </Button>
      </div>
      {shown && (
        <div className={styles.changed} data-testid="guideline-change">
          {note && <p className={styles.quiet}>{t('workbench.changed.note', { note })}</p>}
          {previous ? <TextChange before={previous.text} after={data.text} /> : <ResponseText text={data.text} />}
        </div>
      )}
      <Failure error={read.error} />
    </section>
  )
}
