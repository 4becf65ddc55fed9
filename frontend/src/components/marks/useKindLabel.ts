import type { Schemas } from '@/api/types'
import { useTranslation } from 'react-i18next'

/** What a kind of fault is called in the language of the page; its key where the list no longer has it. */
export function useKindLabel(kinds: readonly Schemas['FaultKind'][]): (key: string) => string {
  const { i18n } = useTranslation()
  return (key) => {
    const kind = kinds.find((one) => one.key === key)
    return (i18n.language.startsWith('zh') ? kind?.zh : kind?.en) ?? key
  }
}
