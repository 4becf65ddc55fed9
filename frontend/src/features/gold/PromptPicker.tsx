import { promptsQuery, type PromptState } from '@/api/prompts'
import { useRoles } from '@/api/session'
import { EmptyState } from '@/components/EmptyState'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFilters } from '@/lib/useFilters'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Input, Select, Space } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './gold.module.css'

/** The states from which a prompt can become gold. */
const STATES = ['accepted', 'annotating'] as const satisfies readonly PromptState[]

interface Props {
  project: number
  onPick: (prompt: number) => void
}

/** Names a prompt by its number, or finds it. Only those who see the data may search it. */
export function PromptPicker({ project, onPick }: Props) {
  const { t } = useTranslation()
  const roles = useRoles(project)
  const searches = roles.includes('owner') || roles.includes('researcher')
  const [typed, setTyped] = useState('')
  const number = Number(typed.trim().replace(/^#/, ''))
  const known = Number.isInteger(number) && number > 0
  return (
    <Section title={t('gold.pick.title')} testid="gold-pick">
      <p className={styles.hint}>{t('gold.pick.hint')}</p>
      <Space.Compact style={{ marginBottom: 12 }}>
        <Input
          value={typed}
          placeholder={t('gold.pick.number')}
          aria-label={t('gold.pick.number')}
          onChange={(event) => setTyped(event.target.value)}
          onPressEnter={() => known && onPick(number)}
          data-testid="gold-prompt"
        />
        <Button type="primary" disabled={!known} onClick={() => onPick(number)} data-testid="gold-open">
          {t('gold.pick.open')}
        </Button>
      </Space.Compact>
      {searches && <Search project={project} onPick={onPick} />}
    </Section>
  )
}

function Search({ project, onPick }: Props) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters('q', 'state')
  const state = STATES.find((value) => value === filters.state) ?? 'accepted'
  const query = useInfiniteQuery(promptsQuery(project, { state, q: filters.q ?? undefined }))
  return (
    <>
      <div className={styles.filters}>
        <Select
          value={state}
          options={STATES.map((value) => ({ value, label: t(`gold.pick.state.${value}`) }))}
          aria-label={t('gold.pick.stateLabel')}
          onChange={(value) => setFilters({ state: value })}
          popupMatchSelectWidth={false}
          data-testid="gold-state"
        />
        <Input.Search
          allowClear
          defaultValue={filters.q ?? ''}
          placeholder={t('gold.pick.search')}
          aria-label={t('gold.pick.search')}
          onSearch={(q) => setFilters({ q: q.trim() || null })}
          style={{ maxWidth: 260 }}
          data-testid="gold-search"
        />
      </div>
      <PagedTable
        query={query}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('gold.pick.none')} />}
        testid="gold-prompts"
        columns={[
          {
            title: t('gold.column.prompt'),
            render: (_, { number, excerpt }) => (
              <span className={styles.excerpt} title={excerpt}>
                #{number} {excerpt}
              </span>
            ),
          },
          { title: t('list.category'), render: (_, { category }) => category.path.join(' / ') },
          { title: t('people.stateLabel'), render: (_, row) => <StateTag machine="prompt" state={row.state} /> },
          {
            render: (_, { id }) => (
              <Button size="small" onClick={() => onPick(id)} data-testid={`gold-pick-${id}`}>
                {t('gold.pick.take')}
              </Button>
            ),
          },
        ]}
      />
    </>
  )
}
