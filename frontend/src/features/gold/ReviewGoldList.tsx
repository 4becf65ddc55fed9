import { reviewGoldQuery, useChangeReviewGold } from '@/api/gold'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { Share } from '@/components/Share'
import { NONE, useFormat } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './gold.module.css'

/** Reviews whose right outcome is known, mixed into reviewers' work. They are made where a closed review is shown. */
export function ReviewGoldList({ project }: { project: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const query = useInfiniteQuery(reviewGoldQuery(project))
  const change = useChangeReviewGold(project)
  return (
    <Section>
      <p className={styles.hint}>{t('gold.reviews.hint')}</p>
      <Failure error={change.error} />
      <PagedTable
        query={query}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('gold.reviews.empty.title')} hint={t('gold.reviews.empty.hint')} />}
        testid="review-gold"
        columns={[
          {
            title: t('gold.column.prompt'),
            render: (_, { excerpt }) => (
              <span className={styles.excerpt} title={excerpt}>
                {excerpt}
              </span>
            ),
          },
          { title: t('list.category'), render: (_, { category }) => category.path.join(' / ') },
          { title: t('gold.reviews.stage'), render: (_, { stage }) => t(`statistics.protocol.stageName.${stage}`) },
          {
            title: t('gold.reviews.outcome'),
            render: (_, { approve }) => t(approve ? 'gold.reviews.approve' : 'gold.reviews.reject'),
          },
          { title: t('gold.column.reason'), render: (_, { reason }) => <span className={styles.reason}>{reason}</span> },
          { title: t('gold.column.answers'), align: 'right', render: (_, row) => format.integer(row.n_answers) },
          {
            title: t('gold.column.accuracy'),
            render: (_, { accuracy }) => (accuracy === null ? NONE : <Share value={accuracy} />),
          },
          {
            title: t('gold.column.active'),
            render: (_, { id, active }) => (
              <Switch
                size="small"
                checked={active}
                checkedChildren={t('gold.yes')}
                unCheckedChildren={t('gold.no')}
                loading={change.isPending && change.variables.id === id}
                aria-label={t('gold.column.active')}
                onChange={(value) => change.mutate({ id, active: value })}
                data-testid={`review-gold-active-${id}`}
              />
            ),
          },
        ]}
      />
    </Section>
  )
}
