import { GIVEN_EXPERTISE, useExpertise, type Expertise, type Person, type PersonCategory } from '@/api/people'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { RateCell } from '@/components/RateCell'
import { useFormat } from '@/lib/format'
import { Select, Table } from 'antd'
import { useTranslation } from 'react-i18next'

/** Where a person stands in every top-level category, which can be set by hand, and how they do there. */
export function PersonCategories({ person }: { person: Person }) {
  const { t } = useTranslation()
  const format = useFormat()
  const change = useExpertise(person.person)
  // Where an exam led to is shown too, but cannot be chosen.
  const options = ([...GIVEN_EXPERTISE, 'failed'] as const).map((value) => ({
    value,
    label: t(`people.expertise.${value}`),
    disabled: value === 'failed',
  }))
  const put = (category: number, chosen: Expertise) => {
    const state = GIVEN_EXPERTISE.find((given) => given === chosen)
    if (state) change.mutate({ category, state })
  }
  return (
    <Section title={t('people.categories')} testid="person-categories">
      <p>{t('people.expertiseHint')}</p>
      <Failure error={change.error} />
      <Table<PersonCategory>
        size="small"
        rowKey="category"
        pagination={false}
        dataSource={person.categories}
        columns={[
          { title: t('list.category'), dataIndex: 'name' },
          {
            title: t('people.column.expertise'),
            render: (_, row) => (
              <Select<Expertise>
                size="small"
                value={row.state}
                options={options}
                disabled={change.isPending}
                aria-label={t('people.expertiseOf', { category: row.name })}
                onChange={(state) => put(row.category, state)}
                style={{ width: 120 }}
                data-testid={`expertise-${row.category}`}
              />
            ),
          },
          { title: t('people.column.tasks'), align: 'right', render: (_, row) => format.integer(row.tasks) },
          { title: t('people.column.agreement'), render: (_, row) => <RateCell rate={row.agreement} /> },
          { title: t('people.column.gold'), render: (_, row) => <RateCell rate={row.gold} /> },
          { title: t('people.column.rejection'), render: (_, row) => <RateCell rate={row.rejected} /> },
          { title: t('people.column.weight'), align: 'right', render: (_, row) => format.score(row.weight) },
        ]}
      />
    </Section>
  )
}
