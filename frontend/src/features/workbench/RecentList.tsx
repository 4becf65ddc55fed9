import { recentQuery, type RecentSubmission } from '@/api/recent'
import { QueryView } from '@/components/QueryView'
import { letterAt } from '@/lib/hues'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Submission } from './outbox'
import { useArrivals } from './useArrivals'
import styles from './today.module.css'

interface Props {
  project: number
  unsent: readonly Submission[]
  onTakeBack: (assignment: number) => Promise<void>
}

/** The last submissions of today, newest first; what nobody has reviewed yet can be taken back and done again. */
export function RecentList({ project, unsent, onTakeBack }: Props) {
  const { t } = useTranslation()
  const query = useQuery(recentQuery(project))
  const { data: rows, refetch } = query
  useArrivals(unsent.length, refetch)
  const takeBack = useMutation({ mutationFn: onTakeBack, onSettled: () => refetch() })
  const button = (assignment: number) => (
    <button
      type="button"
      disabled={takeBack.isPending}
      onClick={() => takeBack.mutate(assignment)}
      data-testid={`take-back-${assignment}`}
    >
      {t('today.recent.takeBack')}
    </button>
  )
  return (
    <section aria-label={t('today.recent.title')} data-testid="recent">
      <strong>{t('today.recent.title')}</strong>
      <ul className={styles.list}>
        {unsent.map(({ assignment, orderText }) => (
          <li key={assignment} className={styles.row}>
            <span>{orderText}</span>
            {button(assignment)}
            <span className={styles.quiet}>{t('today.recent.unsent')}</span>
          </li>
        ))}
        {rows?.map((row) => (
          <Row key={row.id} row={row} action={row.withdrawable ? button(row.id) : null} />
        ))}
      </ul>
      <QueryView query={query}>
        {(all) => all.length + unsent.length === 0 && <p className={styles.quiet}>{t('today.recent.none')}</p>}
      </QueryView>
    </section>
  )
}

function Row({ row, action }: { row: RecentSubmission; action: React.ReactNode }) {
  const { t, i18n } = useTranslation()
  const at = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' }).format(new Date(row.submitted_at))
  const order = row.order.map((tier) => tier.map((place) => letterAt(place - 1)).join(' = ')).join(' > ')
  return (
    <li className={styles.row} data-testid={`recent-${row.id}`}>
      <span>
        {order}
        {row.none_acceptable && ` · ${t('today.recent.noneAcceptable')}`}
      </span>
      {action ?? <span className={styles.quiet}>{row.why && t(`today.recent.why.${row.why}`)}</span>}
      <span className={styles.quiet}>
        {[at, t('task.number', { number: row.number }), row.category.join(' / ')].join(' · ')}
      </span>
    </li>
  )
}
