import { biasQuery, TIES } from '@/api/bias'
import { EmptyState } from '@/components/EmptyState'
import { Page } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { RefreshedAt } from '@/components/RefreshedAt'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Input, Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import { BiasCurves } from './BiasCurves'
import { BiasSummary } from './BiasSummary'
import { PeopleBias } from './PeopleBias'
import styles from './bias.module.css'
import { toFilters } from './filters'

/** Whether what stands first, or what is longer, is preferred: people and judges side by side, and person by person. */
export default function BiasPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [address, setAddress] = useFilters('ties', 'from', 'to')
  const filters = toFilters(address)
  const query = useQuery(biasQuery(project, filters))
  return (
    <Page title={t('bias.title')} aside={<RefreshedAt at={query.data?.refreshed_at ?? null} />}>
      <div className={styles.filters}>
        <Segmented
          value={filters.ties}
          options={TIES.map((value) => ({ value, label: t(`bias.ties.${value}`) }))}
          onChange={(ties) => setAddress({ ties })}
          aria-label={t('bias.ties.label')}
          data-testid="bias-ties"
        />
        {(['from', 'to'] as const).map((name) => (
          <label key={name} className={styles.day}>
            {t(`statistics.range.${name}`)}
            <Input
              type="date"
              value={filters[name] ?? ''}
              onChange={(event) => setAddress({ [name]: event.target.value || null })}
              data-testid={`bias-${name}`}
            />
          </label>
        ))}
      </div>
      <QueryView query={query}>
        {(told) =>
          told.authors.every(({ first }) => first.n === 0) ? (
            <EmptyState title={t('bias.empty.title')} hint={t('bias.empty.hint')} />
          ) : (
            <>
              <BiasSummary authors={told.authors} />
              <BiasCurves told={told} />
              <PeopleBias people={told.people} />
            </>
          )
        }
      </QueryView>
    </Page>
  )
}
