import { categoriesQuery } from '@/api/projects'
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'

interface Props {
  project: number
  value: string | null
  onChange: (category: string | null) => void
}

/** One of a project's categories, by its path; searchable. */
export function CategorySelect({ project, value, onChange }: Props) {
  const { t } = useTranslation()
  const categories = useQuery(categoriesQuery(project))
  const options = categories.data?.results.map(({ id, path }) => ({ value: String(id), label: path.join(' / ') }))
  return (
    <Select
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      loading={categories.isPending}
      value={value}
      options={options}
      placeholder={t('list.category')}
      aria-label={t('list.category')}
      popupMatchSelectWidth={false}
      onChange={(category?: string | null) => onChange(category ?? null)}
      style={{ minWidth: 150 }}
      data-testid="filter-category"
    />
  )
}
