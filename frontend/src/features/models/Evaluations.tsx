import {
  evaluationActive,
  evaluationJobsQuery,
  modelQuery,
  useCancelEvaluation,
  useEvaluate,
  type EvaluationJob,
  type FullModel,
} from '@/api/models'
import { setsQuery } from '@/api/sets'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select, Table, type TableColumnsType } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './modelPages.module.css'

/** Has a model measured on another benchmark, and follows what is under way. */
export function Evaluations({ model }: { model: FullModel }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const jobs = useQuery(evaluationJobsQuery(model.id)).data?.results ?? []
  const columns = useColumns(model.id)
  const done = jobs.filter(({ state }) => state === 'succeeded').length
  useEffect(() => {
    // Its figures are there as soon as a job has ended.
    if (done > 0) void client.invalidateQueries({ queryKey: modelQuery(model.id).queryKey })
  }, [client, done, model.id])
  return (
    <Section title={t('models.evaluations')} testid="model-evaluations">
      <EvaluateForm model={model} jobs={jobs} />
      {jobs.length > 0 && (
        <Table
          size="small"
          rowKey={({ id }) => id}
          columns={columns}
          dataSource={jobs}
          pagination={false}
          scroll={{ x: 'max-content' }}
        />
      )}
    </Section>
  )
}

function EvaluateForm({ model, jobs }: { model: FullModel; jobs: readonly EvaluationJob[] }) {
  const { t } = useTranslation()
  const evaluate = useEvaluate(model.id)
  const sets = useInfiniteQuery(setsQuery(model.project)).data?.pages.flatMap((page) => page.results) ?? []
  const done = new Set(model.evaluations.filter(({ comparable }) => comparable).map(({ set }) => set.id))
  const busy = new Set(jobs.filter(evaluationActive).map(({ set }) => set.id))
  const open = sets.filter(({ id, state }) => state === 'frozen' && !done.has(id) && !busy.has(id))
  const [chosen, setChosen] = useState<number | null>(null)
  const set = open.find(({ id }) => id === chosen)
  return (
    <>
      <div className={styles.evaluate}>
        <Select
          value={set?.id ?? null}
          options={open.map((one) => ({ value: one.id, label: t('models.versioned', one) }))}
          placeholder={t('models.chooseSet')}
          notFoundContent={t('models.allMeasured')}
          aria-label={t('models.chooseSet')}
          onChange={setChosen}
          style={{ minWidth: 240 }}
          data-testid="evaluate-set"
        />
        <Button
          type="primary"
          disabled={!set}
          loading={evaluate.isPending}
          onClick={() => set && evaluate.mutate(set.id)}
          data-testid="evaluate"
        >
          {t('models.evaluate')}
        </Button>
      </div>
      <Failure error={evaluate.error} />
    </>
  )
}

function useColumns(model: number): TableColumnsType<EvaluationJob> {
  const { t } = useTranslation()
  const format = useFormat()
  const cancel = useCancelEvaluation(model)
  return [
    { title: t('models.benchmark'), render: (_, { set }) => t('models.versioned', set) },
    { title: t('models.state'), render: (_, { state }) => <StateTag machine="evaluation" state={state} /> },
    { title: t('models.asked'), render: (_, { created_at }) => format.dateTime(created_at) },
    { title: t('models.ended'), render: (_, { finished_at }) => format.dateTime(finished_at) },
    { title: t('models.error'), render: (_, { error }) => <span className={styles.error}>{error}</span> },
    {
      title: t('models.action'),
      render: (_, job) =>
        evaluationActive(job) && (
          <Button size="small" disabled={job.cancel_requested} onClick={() => cancel.mutate(job.id)}>
            {t('models.cancel')}
          </Button>
        ),
    },
  ]
}
