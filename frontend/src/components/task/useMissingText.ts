import { missing } from '@/lib/ordering'
import { useTranslation } from 'react-i18next'
import type { Task } from './useTask'

/** What is still missing before the task can be submitted, as one sentence; null when nothing is. */
export function useMissingText({ ordering, letter }: Pick<Task, 'ordering' | 'letter'>): string | null {
  const { t } = useTranslation()
  const { unscored, openPairs, contradictions } = missing(ordering)
  if (unscored.length > 0) return t('task.missing.unscored', { letters: unscored.map(letter).join(' ') })
  if (contradictions.length > 0) return t('task.missing.contradictions', { count: contradictions.length })
  if (openPairs > 0) return t('task.missing.openPairs', { count: openPairs })
  return null
}
