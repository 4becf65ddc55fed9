import type { LeaderboardRow } from '@/api/leaderboard'
import { useFormat } from '@/lib/format'
import type { TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

export function useLeaderboardColumns(): TableColumnsType<LeaderboardRow> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { title: '#', align: 'right', width: 44, render: (_value, _row, index) => index + 1 },
    {
      title: t('leaderboard.model'),
      render: (_, { run, model }) => (
        <Link to={`/runs/${run}`}>{t('leaderboard.numbered', { run, name: model.name })}</Link>
      ),
    },
    {
      title: t('leaderboard.overall'),
      align: 'right',
      render: (_, row) => <strong>{format.score(row.overall)}</strong>,
    },
    {
      title: t('leaderboard.open'),
      children: [
        { title: t('leaderboard.accuracy'), align: 'right', render: (_, row) => format.score(row.open?.accuracy) },
        { title: t('leaderboard.exact'), align: 'right', render: (_, row) => format.score(row.open?.exact_match) },
      ],
    },
    {
      title: t('leaderboard.human'),
      children: [
        { title: t('leaderboard.accuracy'), align: 'right', render: (_, row) => format.score(row.human?.accuracy) },
        { title: t('leaderboard.exact'), align: 'right', render: (_, row) => format.score(row.human?.exact_match) },
      ],
    },
    { title: t('leaderboard.base'), dataIndex: 'base' },
    {
      title: t('leaderboard.trainedOn'),
      render: (_, row) => (
        <Link to={`/sets/${row.set.id}`}>
          {row.set.name} v{row.set.version}
        </Link>
      ),
    },
    { title: t('leaderboard.trainPairs'), align: 'right', render: (_, row) => format.integer(row.n_train_pairs) },
    { title: t('leaderboard.pairs'), align: 'right', render: (_, row) => format.integer(row.n_pairs) },
    { title: t('leaderboard.created'), render: (_, row) => format.dateTime(row.created_at) },
  ]
}
