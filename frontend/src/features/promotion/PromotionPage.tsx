import { currentModelQuery, promotionsQuery, RULES, useSetPromotionRule, type Promotion, type PromotionRule } from '@/api/promotions'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Failure } from '@/components/Failure'
import { Loading } from '@/components/Loading'
import { modelName } from '@/components/models/modelName'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { HistoryEntry } from './HistoryEntry'
import { PromoteForm } from './PromoteForm'
import styles from './promotion.module.css'

/** Which model is the current one, by which rule it is replaced, and how it came about. */
export default function PromotionPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('model')
  const query = useQuery(currentModelQuery(project))
  return (
    <Page title={t('promotion.title')}>
      <QueryView query={query}>
        {({ current, rule }) => (
          <>
            <Current current={current} />
            <div className={styles.choices}>
              <PromoteForm
                key={`${filters.model} ${current?.id}`}
                project={project}
                model={Number(filters.model) || null}
                onDone={() => setFilters({ model: null })}
              />
              <Rule project={project} rule={rule} />
            </div>
          </>
        )}
      </QueryView>
      <History project={project} />
    </Page>
  )
}

function Current({ current }: { current: Promotion | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section title={t('promotion.current')} testid="current-model">
      {current ? (
        <>
          <strong>
            <Link to={`/models/${current.model.id}`}>{modelName(current.model, t)}</Link>
          </strong>
          <p>
            {t('promotion.since', { at: format.dateTime(current.decided_at) })}
            {' · '}
            {current.by_rule ? t('promotion.byRule') : t('promotion.byHand', { by: current.by, reason: current.reason })}
          </p>
        </>
      ) : (
        <p>{t('promotion.none')}</p>
      )}
    </Section>
  )
}

function Rule({ project, rule }: { project: number; rule: PromotionRule }) {
  const { t } = useTranslation()
  const change = useSetPromotionRule(project)
  return (
    <Section title={t('promotion.rule')} testid="promotion-rule">
      <Radio.Group
        value={rule}
        disabled={change.isPending}
        onChange={({ target }) => change.mutate(target.value as PromotionRule)}
        options={RULES.map((value) => ({ value, label: t(`promotion.rules.${value}`) }))}
        aria-label={t('promotion.rule')}
        className={styles.rules}
      />
      <p className={styles.hint}>{t('promotion.ruleHint')}</p>
      <Failure error={change.error} />
    </Section>
  )
}

function History({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useInfiniteQuery(promotionsQuery(project))
  const rows = query.data?.pages.flatMap((page) => page.results)
  return (
    <Section title={t('promotion.history')} testid="promotion-history">
      {!rows && (query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <Loading />)}
      {rows?.length === 0 && <EmptyState title={t('promotion.noHistory')} />}
      {rows?.map((row) => (
        <HistoryEntry key={row.id} promotion={row} />
      ))}
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('list.more')}
        </Button>
      )}
    </Section>
  )
}
