import { disagreementsQuery, type Disagreement, type Measured } from '@/api/models'
import { SUBSETS, type Subset } from '@/api/prompts'
import { Failure } from '@/components/Failure'
import { Loading } from '@/components/Loading'
import { ResponseText } from '@/components/ResponseText'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './models.module.css'

interface Props {
  model: number
  set: number
  measured: Measured
}

/** The pairs that a model orders against the human ranking, worst first, to read; the address holds the filters. */
export function Disagreements({ model, set, measured }: Props) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters('subset', 'category')
  const subset = SUBSETS.find((one) => one === filters.subset)
  const category = filters.category ?? undefined
  const query = useInfiniteQuery(disagreementsQuery(model, { set, subset, category }))
  const categories = [...new Set(SUBSETS.flatMap((one) => Object.keys(measured[one]?.categories ?? {})))].sort()
  const rows = query.data?.pages.flatMap((page) => page.results) ?? []
  return (
    <div data-testid="disagreements">
      <Space wrap>
        <Choice name="subset" value={subset} values={SUBSETS.map((one) => [one, t(`models.subset.${one}`)])} onChange={setFilters} />
        <Choice name="category" value={category} values={categories.map((one) => [one, one])} onChange={setFilters} />
      </Space>
      {query.error && <Failure error={query.error} />}
      {query.isPending && <Loading />}
      {query.isSuccess && rows.length === 0 && <p>{t('models.noDisagreements')}</p>}
      {rows.map((row) => (
        <Pair key={row.number} row={row} />
      ))}
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} data-testid="disagreements-more">
          {t('list.more')}
        </Button>
      )}
    </div>
  )
}

interface ChoiceProps {
  name: 'subset' | 'category'
  value: Subset | string | undefined
  values: readonly (readonly [string, string])[]
  onChange: (change: Partial<Record<'subset' | 'category', string | null>>) => void
}

function Choice({ name, value, values, onChange }: ChoiceProps) {
  const { t } = useTranslation()
  return (
    <Select
      allowClear
      value={value}
      options={values.map(([key, label]) => ({ value: key, label }))}
      placeholder={t(`models.filter.${name}`)}
      aria-label={t(`models.filter.${name}`)}
      popupMatchSelectWidth={false}
      onChange={(chosen?: string) => onChange({ [name]: chosen ?? null })}
      style={{ minWidth: 140 }}
      data-testid={`disagreements-${name}`}
    />
  )
}

function Pair({ row }: { row: Disagreement }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <article className={styles.disagreement} data-testid="disagreement">
      <header>
        <span>{t(`models.subset.${row.subset}`)}</span>
        <span>{row.category}</span>
        <span>{t('models.margin', { value: format.signed(row.margin) })}</span>
        <span>{t('models.probability', { value: format.percent(row.probability) })}</span>
      </header>
      <Scrolled className={styles.prompt} label={t('models.prompt')} text={row.input} />
      <div className={styles.pair}>
        <Side title={t('models.humanBetter')} text={row.winner.text} />
        <Side title={t('models.modelBetter')} text={row.loser.text} />
      </div>
    </article>
  )
}

function Side({ title, text }: { title: string; text: string }) {
  return (
    <section className={styles.side}>
      <h3>{title}</h3>
      <Scrolled className={styles.text} label={title} text={text} />
    </section>
  )
}

/** A text that scrolls in its own place: the keyboard must reach it, too. */
function Scrolled({ className, label, text }: { className?: string; label: string; text: string }) {
  return (
    <div className={className} tabIndex={0} role="group" aria-label={label}>
      <ResponseText text={text} />
    </div>
  )
}
