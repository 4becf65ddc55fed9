import type { PromptRow } from '@/api/prompts'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import type { TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './data.module.css'

export function usePromptColumns(): TableColumnsType<PromptRow> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('data.prompt'),
      render: (_, row) => (
        <Link to={`/prompts/${row.id}`} className={styles.prompt} title={row.excerpt} data-testid={`prompt-${row.id}`}>
          <span>#{row.number}</span> {row.excerpt}
        </Link>
      ),
    },
    { title: t('list.category'), render: (_, row) => row.category.path.join(' / ') },
    { title: t('data.source'), dataIndex: 'source' },
    { title: t('data.state'), render: (_, row) => <StateTag machine="prompt" state={row.state} /> },
    { title: t('data.responses'), align: 'right', render: (_, row) => format.integer(row.n_responses) },
    { title: t('data.agreement'), align: 'right', render: (_, row) => format.percent(row.agreement) },
    { title: t('data.conflict'), align: 'right', render: (_, row) => format.percent(row.conflict_rate) },
    { title: t('data.created'), render: (_, row) => format.dateTime(row.created_at) },
  ]
}
