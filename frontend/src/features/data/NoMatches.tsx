import { EmptyState } from '@/components/EmptyState'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

export function NoMatches({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation()
  return (
    <EmptyState title={t('data.noMatches.title')} hint={t('data.noMatches.hint')}>
      <Button onClick={onClear}>{t('list.clear')}</Button>
    </EmptyState>
  )
}
