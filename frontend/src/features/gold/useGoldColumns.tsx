import type { GoldRow, useChangeGold } from '@/api/gold'
import { useRoles } from '@/api/session'
import { Share } from '@/components/Share'
import { NONE, useFormat } from '@/lib/format'
import { useProjectId } from '@/lib/useProjectId'
import { Button, Switch, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './gold.module.css'

const SWITCHES = ['hidden', 'in_exam', 'active'] as const

interface Context {
  change: ReturnType<typeof useChangeGold>
  onEdit: (gold: GoldRow) => void
}

export function useGoldColumns({ change, onEdit }: Context): TableColumnsType<GoldRow> {
  const { t } = useTranslation()
  const format = useFormat()
  const roles = useRoles(useProjectId())
  const opens = roles.includes('owner') || roles.includes('researcher')
  return [
    {
      title: t('gold.column.prompt'),
      render: (_, { prompt, number, excerpt }) => {
        const text = `#${number} ${excerpt}`
        return opens ? (
          <Link to={`/prompts/${prompt}`} className={styles.excerpt} title={excerpt}>
            {text}
          </Link>
        ) : (
          <span className={styles.excerpt} title={excerpt}>
            {text}
          </span>
        )
      },
    },
    { title: t('list.category'), render: (_, { category }) => category.path.join(' / ') },
    {
      title: t('gold.column.reason'),
      render: (_, row) => (
        <span className={styles.reason}>
          <span title={row.reason}>{row.reason}</span>
          <Button type="link" size="small" onClick={() => onEdit(row)} data-testid={`gold-edit-${row.id}`}>
            {t('gold.edit')}
          </Button>
        </span>
      ),
    },
    { title: t('gold.column.answers'), align: 'right', render: (_, { n_answers }) => format.integer(n_answers) },
    {
      title: t('gold.column.accuracy'),
      render: (_, { accuracy }) => (accuracy === null ? NONE : <Share value={accuracy} />),
    },
    ...SWITCHES.map((name) => ({
      title: <span title={t(`gold.about.${name}`)}>{t(`gold.column.${name}`)}</span>,
      render: (_: unknown, row: GoldRow) => (
        <Switch
          size="small"
          checked={row[name]}
          checkedChildren={t('gold.yes')}
          unCheckedChildren={t('gold.no')}
          loading={change.isPending && change.variables.id === row.id && name in change.variables.change}
          aria-label={t(`gold.column.${name}`)}
          onChange={(value) => change.mutate({ id: row.id, change: { [name]: value } })}
          data-testid={`gold-${name}-${row.id}`}
        />
      ),
    })),
  ]
}
