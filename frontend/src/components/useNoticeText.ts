import type { Notice } from '@/api/notices'
import { useFormat } from '@/lib/format'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

/** What a notice says, and below it what somebody wrote. */
export interface NoticeText {
  sentence: string
  detail: string
}

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/**
 * Makes sentences of notices: what happened by its kind, filled from its data. Where the data names a person (by
 * pseudonym), the notice went to those who lead them, and speaks of them; else it speaks to the reader.
 */
export function useNoticeText(): (notice: Notice) => NoticeText {
  const { t } = useTranslation()
  const format = useFormat()
  return useCallback(
    ({ kind, data }: Notice) => {
      const { pseudonym, passed, accuracy, reason, note, retake_at: retakeAt } = data
      const values = {
        number: text(data.number),
        count: Number(data.n ?? data.differing ?? 0),
        category: text(data.category),
        name: text(data.name),
        version: text(data.version),
        pseudonym: text(pseudonym),
        reviewed: text(data.n_reviewed),
        rejected: text(data.n_rejected),
        accuracy: format.percent(typeof accuracy === 'number' ? accuracy : null),
      }
      const retake = typeof retakeAt === 'string' ? t('notices.retake', { at: format.dateTime(retakeAt) }) : ''
      const written = text(reason) || text(note)
      const detail = [written && t('notices.reason', { reason: written }), retake].filter(Boolean).join('\n')
      if (kind === 'exam_result') return { sentence: t(`notices.exam.${passed ? 'passed' : 'failed'}`, values), detail }
      return { sentence: t(`notices.${pseudonym ? 'of' : 'kind'}.${kind}`, values), detail }
    },
    [t, format],
  )
}
