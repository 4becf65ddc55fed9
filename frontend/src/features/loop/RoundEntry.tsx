import { roundOpen, useCancelRound, useRetryRound, type LoopRound } from '@/api/loop'
import { SUBSETS } from '@/api/prompts'
import { Failure } from '@/components/Failure'
import { Interval } from '@/components/models/Interval'
import { modelName } from '@/components/models/modelName'
import { Verdicts } from '@/components/models/Verdicts'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { RoundChanges } from './RoundChanges'
import styles from './loop.module.css'

interface Props {
  project: number
  round: LoopRound
  newest: boolean
}

/** One round: its set, its run, how the model did against the current one, and what came of it. */
export function RoundEntry({ project, round, newest }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <li className={styles.entry} data-state={round.state} data-testid={`loop-round-${round.number}`}>
      <header className={styles.entryHead}>
        <strong>{t('loop.numbered', { number: round.number })}</strong>
        <StateTag machine="loop" state={round.state} />
        <span>{t(`loop.cause.${round.cause}`, { by: round.started_by })}</span>
        <span className={styles.quiet}>
          {format.dateTime(round.started_at)}
          {round.finished_at && ` – ${format.dateTime(round.finished_at)}`}
        </span>
        <Actions project={project} round={round} newest={newest} />
      </header>
      {round.code && <p className={styles.outcome}>{t(`loop.codes.${round.code}`, t('loop.codes.else'))}</p>}
      {round.detail && <pre className={styles.detail}>{round.detail}</pre>}
      <dl className={styles.facts}>
        <SetFact round={round} />
        <RunFact round={round} />
        <Scores round={round} />
        <Differences round={round} />
        {round.changes && <RoundChanges changes={round.changes} first={round.number === 1} />}
      </dl>
      {round.figures.comparison && (
        <details>
          <summary>{t('loop.compared')}</summary>
          <Verdicts compared={round.figures.comparison} />
        </details>
      )}
    </li>
  )
}

function Actions({ project, round, newest }: Props) {
  const { t } = useTranslation()
  const retry = useRetryRound(project)
  const cancel = useCancelRound(project)
  return (
    <span className={styles.actions}>
      {round.state === 'failed' && newest && (
        <Button size="small" type="primary" loading={retry.isPending} onClick={() => retry.mutate(round.id)} data-testid="loop-retry">
          {t('loop.retry')}
        </Button>
      )}
      {roundOpen(round.state) && (
        <Popconfirm title={t('loop.cancelSure')} onConfirm={() => cancel.mutate(round.id)} okText={t('loop.cancel')}>
          <Button size="small" danger loading={cancel.isPending} data-testid="loop-cancel">
            {t('loop.cancel')}
          </Button>
        </Popconfirm>
      )}
      <Failure error={retry.error ?? cancel.error} />
    </span>
  )
}

function SetFact({ round: { set } }: { round: LoopRound }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (!set) return null
  const counts = set.counts
  const of = (figure: 'prompts' | 'pairs') =>
    format.integer(counts ? counts.train[figure] + counts.open[figure] + counts.human[figure] : null)
  return (
    <>
      <dt>{t('loop.setOf')}</dt>
      <dd>
        <Link to={`/sets/${set.id}`}>{t('loop.versioned', { name: set.name, version: set.version })}</Link>{' '}
        {counts
          ? t('loop.holds', {
              prompts: of('prompts'),
              pairs: of('pairs'),
              train: format.integer(counts.train.prompts),
              benchmark: format.integer(counts.open.prompts + counts.human.prompts),
            })
          : set.state === 'freezing' && set.total > 0 && `${format.integer(set.done)} / ${format.integer(set.total)}`}
      </dd>
    </>
  )
}

function RunFact({ round: { run } }: { round: LoopRound }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (!run) return null
  return (
    <>
      <dt>{t('loop.runOf')}</dt>
      <dd>
        <Link to={`/runs/${run.id}`}>{t('loop.runNumbered', { id: run.id })}</Link>{' '}
        <StateTag machine="run" state={run.state} />
        {run.state === 'running' && run.total_steps > 0 && ` ${format.integer(run.step)} / ${format.integer(run.total_steps)}`}
      </dd>
    </>
  )
}

function Scores({ round }: { round: LoopRound }) {
  const { t } = useTranslation()
  const { model, against } = round.figures
  if (!model) return null
  return (
    <>
      <dt>{t('loop.overall')}</dt>
      <dd className={styles.scores}>
        <Interval value={model.overall} interval={model.overall_interval} />
        {against && round.against && (
          <>
            <span>
              {t('loop.against')} <Link to={`/models/${round.against.id}`}>{modelName(round.against, t)}</Link>
            </span>
            <Interval value={against.overall} interval={against.overall_interval} />
          </>
        )}
      </dd>
    </>
  )
}

/** By how much the model's accuracy differs from the current one's, with the interval that decides. */
function Differences({ round }: { round: LoopRound }) {
  const { t } = useTranslation()
  const format = useFormat()
  const compared = round.figures.comparison
  if (!compared) return null
  return (
    <>
      <dt>{t('loop.difference')}</dt>
      <dd className={styles.scores}>
        {SUBSETS.map((subset) => {
          const told = compared[subset]?.accuracy
          return (
            told && (
              <span key={subset}>
                {t(`models.subset.${subset}`)} {format.signed(told.difference)}{' '}
                <small>
                  [{format.signed(told.low)}, {format.signed(told.high)}]
                </small>
              </span>
            )
          )
        })}
      </dd>
    </>
  )
}
