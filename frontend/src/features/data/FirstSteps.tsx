import { EmptyState } from '@/components/EmptyState'
import { useRoles } from '@/api/session'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './data.module.css'

/** A project without prompts: what to do, in order. */
export function FirstSteps({ project }: { project: number }) {
  const { t } = useTranslation()
  const owner = useRoles(project).includes('owner')
  return (
    <EmptyState title={t('data.firstSteps.title')} hint={t('data.firstSteps.hint')}>
      <ol className={styles.steps} data-testid="first-steps">
        <li>
          <Link to={`/p/${project}/imports`}>{t('data.firstSteps.import')}</Link>
        </li>
        {owner && (
          <li>
            <Link to={`/p/${project}/settings?tab=members`}>{t('data.firstSteps.members')}</Link>
          </li>
        )}
        <li>
          <Link to={`/p/${project}/settings?tab=guidelines`}>{t('data.firstSteps.guidelines')}</Link>
        </li>
        <li>{t('data.firstSteps.annotate')}</li>
        <li>{t('data.firstSteps.freeze')}</li>
      </ol>
    </EmptyState>
  )
}
