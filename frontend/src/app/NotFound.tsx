import { EmptyState } from '@/components/EmptyState'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <EmptyState title={t('app.notFound.title')} hint={t('app.notFound.hint')}>
      <Link to="/">{t('app.notFound.home')}</Link>
    </EmptyState>
  )
}
