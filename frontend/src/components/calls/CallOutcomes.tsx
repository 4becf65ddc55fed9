import type { CallOutcome, CallRun } from '@/api/calls'
import { useFormat } from '@/lib/format'
import { Button, Table } from 'antd'
import { useTranslation } from 'react-i18next'

interface Props {
  run: CallRun
  chosen: string | null
  onChoose: (outcome: CallOutcome | null) => void
}

/** How the calls of a run ended, what to do about it, and the way to the calls themselves. */
export function CallOutcomes({ run, chosen, onChoose }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Table
      size="small"
      pagination={false}
      rowKey="outcome"
      dataSource={run.outcomes}
      locale={{ emptyText: t('calls.noneYet') }}
      data-testid="outcomes"
      columns={[
        { title: t('calls.outcome'), render: (_, row) => t(`calls.outcomes.${row.outcome}`) },
        { title: t('calls.count'), align: 'right', render: (_, row) => format.integer(row.n) },
        { title: t('calls.remedy'), render: (_, row) => t(`calls.remedies.${row.outcome}`) },
        {
          title: t('calls.rows'),
          render: (_, row) => (
            <Button
              size="small"
              aria-pressed={chosen === row.outcome}
              onClick={() => onChoose(chosen === row.outcome ? null : row.outcome)}
              data-testid={`outcome-${row.outcome}`}
            >
              {t(chosen === row.outcome ? 'calls.showAll' : 'calls.showThese')}
            </Button>
          ),
        },
      ]}
    />
  )
}
