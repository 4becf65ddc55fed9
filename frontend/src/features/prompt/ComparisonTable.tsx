import { COMPARISON_KINDS, type PromptComparison } from '@/api/prompts'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { letterAt } from '@/lib/hues'
import { useFilters } from '@/lib/useFilters'
import { Button, Checkbox, Select, Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './prompt.module.css'

interface Props {
  comparisons: readonly PromptComparison[]
  position: (response: number) => number
}

const SIGNS = { a: '>', b: '<', equal: '=' } as const
const PAGE_SIZE = 20

/** Everything that was said of two responses, by whom, and whether the ranking says otherwise. */
export function ComparisonTable({ comparisons, position }: Props) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters('pass', 'kind', 'contradicted')
  const columns = useColumns(position)
  const passes = [...new Set(comparisons.map((row) => row.pass).filter((pass) => pass !== null))].sort()
  const rows = comparisons.filter(
    (row) =>
      (!filters.pass || String(row.pass) === filters.pass) &&
      (!filters.kind || row.kind === filters.kind) &&
      (!filters.contradicted || row.contradicted === true),
  )
  return (
    <Section
      title={t('prompt.comparisons', { shown: rows.length, total: comparisons.length })}
      testid="prompt-comparisons"
      actions={
        <>
          <Select
            allowClear
            size="small"
            value={filters.pass}
            options={passes.map((pass) => ({ value: String(pass), label: t('prompt.pass', { pass }) }))}
            placeholder={t('prompt.anyPass')}
            aria-label={t('prompt.anyPass')}
            onChange={(pass?: string) => setFilters({ pass: pass ?? null })}
            style={{ minWidth: 96 }}
            data-testid="filter-pass"
          />
          <Select
            allowClear
            size="small"
            value={filters.kind}
            options={COMPARISON_KINDS.map((value) => ({ value, label: t(`prompt.kind.${value}`) }))}
            placeholder={t('prompt.anyKind')}
            aria-label={t('prompt.anyKind')}
            onChange={(kind?: string) => setFilters({ kind: kind ?? null })}
            style={{ minWidth: 96 }}
            data-testid="filter-kind"
          />
          <Checkbox
            checked={filters.contradicted !== null}
            onChange={(event) => setFilters({ contradicted: event.target.checked ? '1' : null })}
            data-testid="filter-contradicted"
          >
            {t('prompt.onlyContradicted')}
          </Checkbox>
        </>
      }
    >
      <Table
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={rows}
        rowClassName={(row) => (row.final ? '' : (styles.overruled ?? ''))}
        pagination={rows.length > PAGE_SIZE ? { pageSize: PAGE_SIZE, showSizeChanger: false, size: 'small' } : false}
        locale={{
          emptyText: comparisons.length === 0 ? t('prompt.noComparisons') : <ClearFilters onClick={setFilters} />,
        }}
      />
    </Section>
  )
}

function ClearFilters({ onClick }: { onClick: (cleared: { pass: null; kind: null; contradicted: null }) => void }) {
  const { t } = useTranslation()
  return (
    <Button type="link" onClick={() => onClick({ pass: null, kind: null, contradicted: null })}>
      {t('list.clear')}
    </Button>
  )
}

function useColumns(position: Props['position']): TableColumnsType<PromptComparison> {
  const { t } = useTranslation()
  const format = useFormat()
  const letter = (response: number) => letterAt(position(response))
  return [
    {
      title: t('prompt.verdict'),
      render: (_, row) => (
        <strong>
          {letter(row.response_a)} {SIGNS[row.verdict]} {letter(row.response_b)}
        </strong>
      ),
    },
    { title: t('prompt.kindLabel'), render: (_, row) => t(`prompt.kind.${row.kind}`) },
    { title: t('prompt.passLabel'), render: (_, row) => row.pass ?? '' },
    { title: t('prompt.by'), dataIndex: 'by' },
    { title: t('prompt.standing'), render: (_, row) => t(`prompt.standings.${standing(row)}`) },
    {
      title: t('prompt.positions'),
      render: (_, row) => (row.position_a === null ? '' : `${row.position_a} – ${row.position_b}`),
    },
    { title: t('prompt.at'), render: (_, row) => format.dateTime(row.at) },
  ]
}

function standing({ final, contradicted }: PromptComparison): 'overruled' | 'contradicted' | 'holds' {
  if (!final) return 'overruled'
  return contradicted ? 'contradicted' : 'holds'
}
