import { judgeRunQuery, useCancelJudgeRun, useReleaseJudge, useResumeJudgeRun, type JudgeRun } from '@/api/judging'
import { CallOutcomes } from '@/components/calls/CallOutcomes'
import { CallProgress } from '@/components/calls/CallProgress'
import { RunActions } from '@/components/calls/RunActions'
import { Failure } from '@/components/Failure'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFilters } from '@/lib/useFilters'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { JudgeCalls } from './JudgeCalls'
import { JudgeReport } from './JudgeReport'
import { LooseForm } from './LooseForm'

/** One judge run: how far it is, what it costs, how good the judge is, and every answer (`?outcome=`). */
export default function JudgeRunPage() {
  const id = Number(useParams().id)
  const query = useQuery(judgeRunQuery(id))
  return <QueryView query={query}>{(run) => <RunView run={run} />}</QueryView>
}

function RunView({ run }: { run: JudgeRun }) {
  const { t } = useTranslation()
  useRequiredProjectId(run.project)
  const [filters, setFilters] = useFilters('outcome')
  const [open, setOpen] = useState(false)
  const cancel = useCancelJudgeRun(run.id)
  const resume = useResumeJudgeRun(run.id)
  return (
    <Page
      title={t('judges.numbered', { id: run.id, name: run.name })}
      aside={<StateTag machine="callRun" state={run.state} />}
      actions={
        <>
          {run.released_at !== null && !open && (
            <Button type="primary" onClick={() => setOpen(true)} data-testid="judge-loose">
              {t('judges.loose')}
            </Button>
          )}
          <RunActions run={run} cancel={cancel} resume={resume} />
        </>
      }
    >
      <Failure error={cancel.error} />
      {open && <LooseForm trial={run} onClose={() => setOpen(false)} />}
      {run.trial === null && <Release run={run} />}
      <CallProgress run={run} />
      {run.report && <JudgeReport report={run.report} threshold={run.threshold} />}
      <Section title={t('judges.outcomes')}>
        <CallOutcomes run={run} chosen={filters.outcome} onChoose={(outcome) => setFilters({ outcome })} />
      </Section>
      <JudgeCalls run={run} outcome={filters.outcome} />
    </Page>
  )
}

/** Whether the judge of a trial may judge what people have not seen, and the way to let it. */
function Release({ run }: { run: JudgeRun }) {
  const { t } = useTranslation()
  const format = useFormat()
  const release = useReleaseJudge(run.id)
  const agreement = run.report?.agreement
  if (run.released_at !== null) {
    return (
      <Alert type="success" showIcon title={t('judges.releasedAt', { at: format.dateTime(run.released_at) })} style={{ marginBottom: 16 }} />
    )
  }
  if (run.state !== 'finished') return null
  const figures = {
    agreement: format.percent(agreement?.same.value),
    threshold: format.percent(run.threshold),
  }
  return (
    <>
      <Alert
        type={run.agreement_reached ? 'info' : 'warning'}
        showIcon
        title={t(run.agreement_reached ? 'judges.mayRelease' : 'judges.mayNotRelease', figures)}
        action={
          run.agreement_reached && (
            <Button type="primary" loading={release.isPending} onClick={() => release.mutate()} data-testid="judge-release">
              {t('judges.release')}
            </Button>
          )
        }
        style={{ marginBottom: 16 }}
        data-testid="judge-verdict"
      />
      <Failure error={release.error} />
    </>
  )
}
