import { nextSuspicionQuery } from '@/api/colleague'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { SuspicionView } from './SuspicionView'

/** The pair at hand. What was answered stays until the reader goes on; only then is the next one fetched. */
export function SuspicionQueue({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useQuery(nextSuspicionQuery(project))
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data || query.isRefetching) return <Loading />
  const { item, n_waiting } = query.data
  if (item === null) {
    return (
      <EmptyState title={t('suspicions.empty.title')} hint={t('suspicions.empty.hint')}>
        <Button onClick={() => void query.refetch()}>{t('suspicions.look')}</Button>
      </EmptyState>
    )
  }
  return (
    <SuspicionView
      key={item.handle}
      project={project}
      item={item}
      waiting={n_waiting}
      onNext={() => void query.refetch()}
    />
  )
}
