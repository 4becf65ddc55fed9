import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'

/** How long a discussion has before it escalates by itself. */
export function Due({ at }: { at: string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const now = new Date()
  if (Date.parse(at) <= now.getTime()) return t('discussion.overdue')
  return t('discussion.dueIn', { time: format.age(now.toISOString(), Date.parse(at)) })
}
