import { categoriesQuery } from '@/api/projects'
import { statisticsQuery, type StatisticsFilters as Filters } from '@/api/statistics'
import { useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './statistics.module.css'

interface Props {
  project: number
  filters: Filters
  onChange: (changes: Partial<Filters>) => void
}

/** From when to when, in which top-level category, from which source. */
export function StatisticsFilters({ project, filters, onChange }: Props) {
  const { t } = useTranslation()
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const sources = useQuery(statisticsQuery(project, 'source', {})).data?.rows ?? []
  const day = (name: 'from' | 'to') => (
    <label className={styles.day}>
      {t(`statistics.range.${name}`)}
      <Input
        type="date"
        value={filters[name] ?? ''}
        max={name === 'from' ? filters.to : undefined}
        min={name === 'to' ? filters.from : undefined}
        onChange={(event) => onChange({ [name]: event.target.value || undefined })}
        data-testid={`statistics-${name}`}
      />
    </label>
  )
  return (
    <div className={styles.filters}>
      {day('from')}
      {day('to')}
      <Select<number>
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={filters.category}
        options={categories
          .filter(({ id, root }) => id === root)
          .map(({ id, path }) => ({ value: id, label: path.join(' / ') }))}
        placeholder={t('list.category')}
        aria-label={t('list.category')}
        popupMatchSelectWidth={false}
        onChange={(category?: number) => onChange({ category })}
        style={{ minWidth: 150 }}
        data-testid="statistics-category"
      />
      <Select<string>
        allowClear
        value={filters.source}
        options={sources.map(({ key, name }) => ({ value: key, label: name }))}
        placeholder={t('statistics.column.source')}
        aria-label={t('statistics.column.source')}
        popupMatchSelectWidth={false}
        onChange={(source?: string) => onChange({ source })}
        style={{ minWidth: 130 }}
        data-testid="statistics-source"
      />
      {Object.values(filters).some((value) => value !== undefined) && (
        <Button onClick={() => onChange({ from: undefined, to: undefined, category: undefined, source: undefined })}>
          {t('list.clear')}
        </Button>
      )}
    </div>
  )
}
