import { goldQuery, useChangeGold, type GoldRow } from '@/api/gold'
import { CategorySelect } from '@/components/CategorySelect'
import { CsvLink } from '@/components/CsvLink'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { csvAddress } from '@/lib/csv'
import { useFilters } from '@/lib/useFilters'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ReasonDialog } from './ReasonDialog'
import styles from './gold.module.css'
import { useGoldColumns } from './useGoldColumns'

const ACTIVE = ['true', 'false'] as const

/** Gold tasks with how people did on them, and what each is used for. */
export function GoldList({ project }: { project: number }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters('category', 'active')
  const active = ACTIVE.find((value) => value === filters.active)
  const query = useInfiniteQuery(
    goldQuery(project, {
      category: Number(filters.category) || undefined,
      active: active === undefined ? undefined : active === 'true',
    }),
  )
  const change = useChangeGold(project)
  const [edited, setEdited] = useState<GoldRow | null>(null)
  const columns = useGoldColumns({ change, onEdit: setEdited })
  return (
    <Section>
      <p className={styles.hint}>{t('gold.hint')}</p>
      <div className={styles.filters}>
        <CategorySelect
          project={project}
          value={filters.category}
          onChange={(category) => setFilters({ category })}
        />
        <Select
          allowClear
          value={active}
          options={ACTIVE.map((value) => ({ value, label: t(`gold.activeFilter.${value}`) }))}
          placeholder={t('gold.column.active')}
          aria-label={t('gold.column.active')}
          onChange={(value?: string) => setFilters({ active: value ?? null })}
          style={{ minWidth: 120 }}
          data-testid="gold-active"
        />
        <CsvLink
          href={csvAddress(`/api/projects/${project}/gold`, { category: filters.category, active: filters.active })}
          testid="gold-csv"
        />
      </div>
      <Failure error={change.error} />
      <PagedTable
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('gold.empty.title')} hint={t('gold.empty.hint')} />}
        testid="gold"
      />
      {edited && <ReasonDialog project={project} gold={edited} onClose={() => setEdited(null)} />}
    </Section>
  )
}
