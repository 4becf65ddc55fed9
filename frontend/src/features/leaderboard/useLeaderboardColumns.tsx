import type { LeaderboardRow } from '@/api/leaderboard'
import { METRICS } from '@/api/models'
import { SUBSETS } from '@/api/prompts'
import { Interval } from '@/components/models/Interval'
import { NONE, useFormat } from '@/lib/format'
import { Tag, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { rowName } from './rowName'

export function useLeaderboardColumns(): TableColumnsType<LeaderboardRow> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { title: '#', align: 'right', width: 44, render: (_value, _row, index) => index + 1 },
    {
      title: t('leaderboard.model'),
      render: (_, row) => (
        <>
          <Link to={`/models/${row.model.id}`}>{rowName(row, t)}</Link>
          {row.current && <Tag style={{ marginLeft: 8 }}>{t('leaderboard.current')}</Tag>}
        </>
      ),
    },
    {
      title: t('leaderboard.kind'),
      render: (_, { kind, objective }) => (
        <>
          {t(`leaderboard.kinds.${kind}`)}
          {kind === 'trained' && objective && ` · ${t(`leaderboard.objectives.${objective}`, objective)}`}
        </>
      ),
    },
    {
      title: t('leaderboard.overall'),
      align: 'right',
      render: (_, row) => (
        <strong>
          <Interval value={row.overall} interval={row.overall_interval} />
        </strong>
      ),
    },
    ...SUBSETS.map((subset) => ({
      title: t(`leaderboard.${subset}`),
      children: METRICS.map((metric) => ({
        title: t(`models.metric.${metric}`),
        align: 'right' as const,
        render: (_: unknown, row: LeaderboardRow) => (
          <Interval value={row[subset]?.[metric]} interval={row[subset]?.intervals?.[metric]} />
        ),
      })),
    })),
    { title: t('leaderboard.base'), dataIndex: 'base' },
    {
      title: t('leaderboard.trainedOn'),
      render: (_, { set }) =>
        set ? (
          <Link to={`/sets/${set.id}`}>
            {set.name} v{set.version}
          </Link>
        ) : (
          NONE
        ),
    },
    { title: t('leaderboard.trainPairs'), align: 'right', render: (_, row) => format.integer(row.n_train_pairs) },
    { title: t('leaderboard.pairs'), align: 'right', render: (_, row) => format.integer(row.n_pairs) },
    { title: t('leaderboard.created'), render: (_, row) => format.dateTime(row.created_at) },
  ]
}
