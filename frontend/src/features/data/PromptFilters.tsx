import { SUBSETS } from '@/api/prompts'
import { CategorySelect } from '@/components/CategorySelect'
import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './data.module.css'

type Filters = Record<'state' | 'category' | 'source' | 'subset' | 'q', string | null>

interface Props {
  project: number
  filters: Filters
  sources: readonly string[]
  onChange: (changes: Partial<Filters>) => void
}

export function PromptFilters({ project, filters, sources, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <div className={styles.filters}>
      <CategorySelect
        project={project}
        value={filters.category}
        onChange={(category) => onChange({ category })}
      />
      <Select
        allowClear
        value={filters.source}
        options={sources.map((value) => ({ value, label: value }))}
        placeholder={t('data.source')}
        aria-label={t('data.source')}
        onChange={(source?: string) => onChange({ source: source ?? null })}
        popupMatchSelectWidth={false}
        style={{ minWidth: 110 }}
        data-testid="filter-source"
      />
      <Select
        allowClear
        value={filters.subset}
        options={SUBSETS.map((value) => ({ value, label: t(`data.subset.${value}`) }))}
        placeholder={t('data.subsetLabel')}
        aria-label={t('data.subsetLabel')}
        onChange={(subset?: string) => onChange({ subset: subset ?? null })}
        popupMatchSelectWidth={false}
        style={{ minWidth: 110 }}
        data-testid="filter-subset"
      />
      <Input.Search
        key={filters.q}
        allowClear
        defaultValue={filters.q ?? ''}
        placeholder={t('data.search')}
        aria-label={t('data.search')}
        onSearch={(q) => onChange({ q: q.trim() || null })}
        style={{ maxWidth: 260 }}
        data-testid="filter-q"
      />
    </div>
  )
}
