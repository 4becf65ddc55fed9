import { ApiError } from '@/api/client'
import { disputeQuery, useDecide, type Dispute } from '@/api/disputes'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { QueryView } from '@/components/QueryView'
import { ResponseText } from '@/components/ResponseText'
import { useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ComparisonMatrix } from './ComparisonMatrix'
import { DecisionBar } from './DecisionBar'
import { DisputeHead } from './DisputeHead'
import { DisputeSide } from './DisputeSide'
import { ResponseColumns } from './ResponseColumns'
import { choose, comparisonKey, differing, missing, neighbour, nextOpen, toDecision, type Draft } from './decision'
import type { Command } from './keys'
import styles from './qa.module.css'
import { useCommands } from './useCommands'

interface Props {
  project: number
  id: number
  draft: Draft
  onDraft: (draft: Draft) => void
  /** The prompt left the queue: settled or dropped, by this person or another */
  onSettled: () => void
}

/** One prompt of the queue with everything that its decision needs. */
export function DisputeItem({ id, ...props }: Props) {
  const query = useQuery(disputeQuery(id))
  return (
    <QueryView query={query}>
      {(dispute) =>
        dispute.prompt.state === 'discussion' ? (
          <OpenItem dispute={dispute} {...props} />
        ) : (
          <SettledItem prompt={dispute.prompt} onNext={props.onSettled} />
        )
      }
    </QueryView>
  )
}

/** What the address leads to once the prompt has left the queue. */
function SettledItem({ prompt, onNext }: { prompt: Dispute['prompt']; onNext: () => void }) {
  const { t } = useTranslation()
  return (
    <EmptyState
      title={t('qa.settled.title', { number: prompt.number })}
      hint={t('qa.settled.hint', { state: t(`states.prompt.${prompt.state}`) })}
    >
      <Button onClick={onNext}>{t('qa.settled.next')}</Button>
    </EmptyState>
  )
}

function OpenItem({ project, dispute, draft, onDraft, onSettled }: Omit<Props, 'id'> & { dispute: Dispute }) {
  const { t } = useTranslation()
  const { comparisons, prompt, responses } = dispute
  const first = differing(comparisons)[0] ?? comparisons[0]
  const [focus, setFocus] = useState(first ? comparisonKey(first) : '')
  const [other, setOther] = useState(false)
  const [guideline, setGuideline] = useState(false)
  const decision = useDecision(project, dispute, onSettled)
  const focused = comparisons.find((row) => comparisonKey(row) === focus)
  const position = (response: number) => responses.findIndex(({ id }) => id === response)

  const moveTo = (key: string) => {
    setFocus(key)
    setOther(false)
  }
  const take = (row: typeof focused, verdict: 'a' | 'b' | 'equal' | undefined) => {
    if (!row || row.same || !verdict) return
    const next = choose(draft, row, verdict)
    onDraft(next)
    moveTo(nextOpen(comparisons, next, comparisonKey(row)))
  }
  const close = () => {
    setOther(false)
    setGuideline(false)
  }
  const confirm = () => {
    if (missing(dispute, draft) === null && !decision.isPending) decision.send(draft)
  }
  const run = (command: Command) => {
    if (command.name === 'move') moveTo(neighbour(comparisons, focus, command.step))
    else if (command.name === 'takePass') take(focused, focused?.verdicts[command.index]?.verdict)
    else if (command.name === 'other') setOther(true)
    else if (command.name === 'verdict') take(other ? focused : undefined, command.verdict)
    else if (command.name === 'guideline') setGuideline(!guideline)
    else if (command.name === 'close') close()
    else confirm()
  }
  useCommands(run)

  return (
    <article className={styles.item} data-testid={`dispute-${prompt.id}`}>
      <DisputeHead
        project={project}
        prompt={prompt}
        guideline={guideline}
        onGuideline={setGuideline}
        onDropped={onSettled}
      />
      <div className={styles.main}>
        <div className={styles.reading}>
          <details className={styles.prompt} open>
            <summary>{t('qa.prompt')}</summary>
            {prompt.system && (
              <div className={styles.system} data-testid="system-prompt">
                {prompt.system}
              </div>
            )}
            <ResponseText text={prompt.text} />
          </details>
          <ResponseColumns responses={responses} focused={focused} position={position} />
        </div>
        <div className={styles.panel}>
          <ComparisonMatrix
            comparisons={comparisons}
            draft={draft}
            focus={focus}
            other={other}
            position={position}
            onFocus={moveTo}
            onOther={setOther}
            onChoose={take}
          />
          <Failure error={decision.error} kept={t('qa.kept')} />
          <DecisionBar
            draft={draft}
            missing={missing(dispute, draft)}
            left={differing(comparisons).filter((row) => !(comparisonKey(row) in draft.chosen)).length}
            pending={decision.isPending}
            onDraft={onDraft}
            onConfirm={confirm}
          />
        </div>
      </div>
      <DisputeSide dispute={dispute} draft={draft} position={position} />
    </article>
  )
}

/** Sends the decision. Somebody else's having been faster is no error of this person's: it is told, and work goes on. */
function useDecision(project: number, dispute: Dispute, onSettled: () => void) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const decide = useDecide(project)
  const number = dispute.prompt.number
  const send = (draft: Draft) =>
    decide.mutate(
      { prompt: dispute.prompt.id, decision: toDecision(dispute, draft) },
      {
        onSuccess: () => {
          void message.success(t('qa.confirmed', { number }))
          onSettled()
        },
        onError: (error) => {
          if (!(error instanceof ApiError) || error.code !== 'already_decided') return
          void message.warning(t('qa.alreadyDecided', { number }))
          onSettled()
        },
      },
    )
  return { ...decide, send }
}
