import type { BiasAuthor } from '@/api/bias'
import { useTranslation } from 'react-i18next'

/** What a kind of author is called: people as a whole, a judge by its name. */
export function useAuthorName() {
  const { t } = useTranslation()
  return ({ author, name }: Pick<BiasAuthor, 'author' | 'name'>) =>
    author === 'human' ? t('bias.people') : t('bias.judge', { name })
}
