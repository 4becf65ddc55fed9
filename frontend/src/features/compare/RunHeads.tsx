import type { Run } from '@/api/runs'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

/** The head of a table with a column for each run. */
export function RunHeads({ runs, first }: { runs: readonly Run[]; first: string }) {
  const { t } = useTranslation()
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {runs.map(({ id, name }) => (
          <th key={id} scope="col">
            <Link to={`/runs/${id}`}>{t('compare.numbered', { id, name })}</Link>
          </th>
        ))}
      </tr>
    </thead>
  )
}
