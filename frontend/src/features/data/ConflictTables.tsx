import { categoriesQuery } from '@/api/projects'
import type { ConflictRow, Figures } from '@/api/prompts'
import { Section } from '@/components/Page'
import { Share } from '@/components/Share'
import { useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './data.module.css'

/** Where the rankings contradict what was said: by category and by source, each row leading to its prompts. */
export function ConflictTables({ project, figures }: { project: number; figures: Figures }) {
  const { t } = useTranslation()
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const categoryOf = (name: string) => categories.find(({ path }) => path.join(' / ') === name)?.id
  return (
    <>
      <ConflictTable
        title={t('data.conflictsByCategory')}
        rows={figures.conflicts_by_category}
        to={({ name }) => {
          const category = categoryOf(name)
          return category === undefined ? null : `?state=accepted&category=${category}`
        }}
      />
      <ConflictTable
        title={t('data.conflictsBySource')}
        rows={figures.conflicts_by_source}
        to={({ name }) => `?state=accepted&source=${encodeURIComponent(name)}`}
      />
    </>
  )
}

interface TableProps {
  title: string
  rows: readonly ConflictRow[]
  to: (row: ConflictRow) => string | null
}

function ConflictTable({ title, rows, to }: TableProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const highest = Math.max(0.01, ...rows.map((row) => row.conflict_rate ?? 0))
  if (rows.length === 0) return null
  return (
    <Section title={title}>
      <table className={styles.conflicts}>
        <thead>
          <tr>
            <th>{t('data.group')}</th>
            <th className={styles.number}>{t('data.prompts')}</th>
            <th>{t('data.conflict')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const address = to(row)
            return (
              <tr key={row.name}>
                <td>{address ? <Link to={address}>{row.name}</Link> : row.name}</td>
                <td className={styles.number}>{format.integer(row.n_prompts)}</td>
                <td>
                  <Share value={row.conflict_rate} scale={highest} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Section>
  )
}
