import type { Page } from '@/api/types'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { Button, Table, type TableColumnsType } from 'antd'
import type { Key, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorState } from './ErrorState'
import { Failure } from './Failure'
import { Loading } from './Loading'
import styles from './PagedTable.module.css'

interface Props<T> {
  query: UseInfiniteQueryResult<InfiniteData<Page<T>>>
  columns: TableColumnsType<T>
  rowKey: (row: T) => Key
  /** Shown where the list is empty: what to do next */
  empty: ReactNode
  testid: string
  rowClassName?: (row: T) => string
}

/** A keyset-paged list as a table, with "load more" below it while there is more. */
export function PagedTable<T extends object>({ query, columns, rowKey, empty, testid, rowClassName }: Props<T>) {
  const { t } = useTranslation()
  const { data, error, isFetchingNextPage } = query
  if (!data) return error ? <ErrorState error={error} onRetry={() => void query.refetch()} /> : <Loading />
  const rows = data.pages.flatMap((page) => page.results)
  if (rows.length === 0) return empty
  return (
    <div data-testid={testid}>
      <Table<T>
        size="small"
        columns={columns}
        dataSource={rows}
        rowKey={rowKey}
        rowClassName={rowClassName}
        pagination={false}
        scroll={{ x: 'max-content' }}
      />
      {error && <Failure error={error} kept={t('list.kept')} />}
      <div className={styles.more}>
        {query.hasNextPage ? (
          <Button loading={isFetchingNextPage} onClick={() => void query.fetchNextPage()} data-testid={`${testid}-more`}>
            {t('list.more')}
          </Button>
        ) : (
          t('list.all', { count: rows.length })
        )}
      </div>
    </div>
  )
}
