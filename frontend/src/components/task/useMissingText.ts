import { missing } from '@/lib/ordering'
import { acceptable } from '@/lib/rescoring'
import { useTranslation } from 'react-i18next'
import { hasBadAddress } from './evidence'
import type { Task } from './useTask'

type Said = Pick<Task, 'ordering' | 'letter' | 'noneAcceptable' | 'evidence'>

/** What is still missing before the task can be submitted, as one sentence; null when nothing is. */
export function useMissingText({ ordering, letter, noneAcceptable, evidence }: Said): string | null {
  const { t } = useTranslation()
  const { unscored, openPairs, contradictions } = missing(ordering)
  if (unscored.length > 0) return t('task.missing.unscored', { letters: unscored.map(letter).join(' ') })
  if (contradictions.length > 0) return t('task.missing.contradictions', { count: contradictions.length })
  if (openPairs > 0) return t('task.missing.openPairs', { count: openPairs })
  if (noneAcceptable && acceptable(ordering).length > 0) return t('task.missing.acceptable')
  const bad = evidence.findIndex(hasBadAddress)
  return bad === -1 ? null : t('task.missing.evidence', { number: bad + 1 })
}
