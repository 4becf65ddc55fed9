import type { Flag } from '@/api/filters'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'

/** What a flag rests on, in words. */
export function useFlagFigures() {
  const { t } = useTranslation()
  const format = useFormat()
  return ({ code, figures }: Pick<Flag, 'code' | 'figures'>): string => {
    const number = (name: string) => Number(figures[name])
    const tokens = Array.isArray(figures.tokens) ? figures.tokens.join(' ') : ''
    return t(`filters.rests.${code}`, {
      chars: format.integer(number('chars')),
      limit: code === 'too_long' ? format.integer(number('limit')) : format.percent(number('limit')),
      share: format.percent(number('share')),
      similarity: format.percent(number('similarity')),
      of: String(figures.of),
      tokens,
      n: format.integer(number('n')),
      phrase: String(figures.phrase),
    })
  }
}
