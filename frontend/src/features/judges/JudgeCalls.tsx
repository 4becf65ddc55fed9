import type { CallOutcome } from '@/api/calls'
import { judgeCallsQuery, type JudgeCall, type JudgeRun } from '@/api/judging'
import { Answers } from '@/components/calls/Answers'
import { EmptyState } from '@/components/EmptyState'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { useFormat } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

/** Every answered call of a run, newest first, with what the model said word for word. */
export function JudgeCalls({ run, outcome }: { run: JudgeRun; outcome: string | null }) {
  const { t } = useTranslation()
  const calls = useInfiniteQuery(judgeCallsQuery(run.id, (outcome as CallOutcome | null) ?? undefined))
  return (
    <Section title={t('judges.answers')}>
      <PagedTable
        query={calls}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('calls.noneYet')} />}
        testid="judge-calls"
      />
    </Section>
  )
}

function useColumns(): TableColumnsType<JudgeCall> {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { title: t('judges.prompt'), render: (_, call) => <Link to={`/prompts/${call.prompt}`}>{call.excerpt}</Link>, width: 260 },
    { title: t('judges.shown'), render: (_, call) => `A ${call.first_model} · B ${call.second_model}` },
    {
      title: t('judges.verdict'),
      render: (_, call) => (call.verdict === '' ? t(`calls.outcomes.${call.outcome}`) : t(`judges.verdicts.${call.verdict}`)),
    },
    { title: t('judges.answer'), render: (_, call) => <Answers answers={call.answers} detail={call.detail} /> },
    { title: t('calls.tokens'), align: 'right', render: (_, call) => format.integer(call.tokens) },
    { title: t('calls.seconds'), align: 'right', render: (_, call) => format.measure(call.seconds) },
  ]
}
