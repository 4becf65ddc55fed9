import type { NoWorkDetails } from '@/api/assignments'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { WorkState } from './work'
import styles from './workbench.module.css'

interface Props {
  project: number
  state: WorkState
  unsent: number
  onRefresh: () => void
}

/** Nothing at hand: still asking, failed to ask, or nothing to do and why. */
export function NoTask({ project, state, unsent, onRefresh }: Props) {
  const { t } = useTranslation()
  const { claimError, claiming, standing } = state
  if (claimError) return <ErrorState error={claimError} onRetry={onRefresh} />
  if (!standing || (claiming && !standing.whyNone) || (unsent > 0 && !standing.whyNone)) return <Loading />
  const why = standing.whyNone ?? 'none_left'
  return (
    <EmptyState title={t(`workbench.none.${why}.title`)} hint={t(`workbench.none.${why}.hint`)}>
      <WhyDetails details={standing.whyDetails} />
      <p>{t('workbench.today', { done: standing.today, target: standing.target })}</p>
      <div className={styles.ways}>
        {why === 'not_qualified' && (
          <Link to={`/p/${project}/exams`} data-testid="to-exams">
            {t('workbench.none.toExams')}
          </Link>
        )}
        <Button onClick={onRefresh} loading={claiming} data-testid="refresh">
          {t('workbench.none.refresh')}
        </Button>
      </div>
    </EmptyState>
  )
}

/** Who said so and where: the reason given, the number that was reached, the categories it is about. */
function WhyDetails({ details }: { details: NoWorkDetails }) {
  const { t } = useTranslation()
  const { reason, limit, categories } = details
  return (
    <div data-testid="why-details">
      {reason && <p>{t('workbench.none.reason', { reason })}</p>}
      {typeof limit === 'number' && <p>{t('workbench.none.limit', { count: limit })}</p>}
      {categories && categories.length > 0 && (
        <p>{t('workbench.none.categories', { names: categories.join(t('workbench.none.comma')) })}</p>
      )}
    </div>
  )
}
