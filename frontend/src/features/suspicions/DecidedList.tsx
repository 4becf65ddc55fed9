import { decidedQuery, type SuspicionRow } from '@/api/colleague'
import { verdictText } from '@/components/compare/verdicts'
import { EmptyState } from '@/components/EmptyState'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

const A = 0
const B = 1

/** What QA decided, newest first; figures lead here with what they count (`?decile=`, `?control=1`, `?state=`). */
export function DecidedList({ project, seesPrompts }: { project: number; seesPrompts: boolean }) {
  const { t } = useTranslation()
  const [address, setAddress] = useFilters('decile', 'control', 'state')
  const { decile, control, state } = address
  const query = useInfiniteQuery(
    decidedQuery(project, {
      decile: Number(decile) || undefined,
      control: control ? true : undefined,
      state: state === 'overruled' || state === 'upheld' ? state : undefined,
    }),
  )
  const shown = [
    decile && t('suspicions.tenth', { n: decile }),
    control && t('suspicions.control'),
    state && t(`states.suspicion.${state}`, state),
  ].filter(Boolean)
  return (
    <Section
      title={[t('suspicions.decidedList'), ...shown].join(' · ')}
      actions={
        shown.length > 0 && (
          <Button size="small" onClick={() => setAddress({ decile: null, control: null, state: null })}>
            {t('list.clear')}
          </Button>
        )
      }
      testid="decided-list"
    >
      <PagedTable
        query={query}
        columns={useColumns(seesPrompts)}
        rowKey={({ handle }) => handle}
        empty={<EmptyState title={t('suspicions.noneDecided')} />}
        testid="decided"
      />
    </Section>
  )
}

function useColumns(seesPrompts: boolean): TableColumnsType<SuspicionRow> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      title: t('suspicions.prompt'),
      render: (_, { prompt, excerpt }) => (seesPrompts ? <Link to={`/prompts/${prompt}`}>{excerpt}</Link> : excerpt),
    },
    { title: t('suspicions.outcome'), render: (_, { state }) => <StateTag machine="suspicion" state={state} /> },
    { title: t('suspicions.standing'), render: (_, { standing }) => verdictText(A, B, standing) },
    { title: t('suspicions.answer'), render: (_, { verdict }) => verdictText(A, B, verdict) },
    { title: t('suspicions.rank'), align: 'right', render: (_, { rank }) => rank ?? t('suspicions.control') },
    { title: t('suspicions.error'), align: 'right', render: (_, row) => format.percent(row.expected_error) },
    { title: t('suspicions.reasonGiven'), render: (_, { reason }) => reason },
    { title: t('suspicions.at'), render: (_, row) => format.dateTime(row.decided_at) },
  ]
}
