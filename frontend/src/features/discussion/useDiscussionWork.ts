import { ApiError } from '@/api/client'
import { useMarkDiscard, usePendingRevisions, useRevise, type Discussion } from '@/api/discussions'
import { comparisonKey } from '@/components/compare/verdicts'
import type { Verdict } from '@/lib/ranking'
import { App } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  discardInFocus,
  itemsOf,
  neighbour,
  nextOpen,
  othersVerdict,
  ownMark,
  ownVerdict,
  revised,
  type Item,
} from './agreeing'

/** A failure to be shown where it happened; that a discussion has ended is told for the whole page. */
export function ownFailure(error: unknown): unknown {
  return isClosed(error) ? null : error
}

function isClosed(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'discussion_closed'
}

/** Tells kindly that a discussion ended while somebody was about to change it; other failures stay with their form. */
export function useClosedMeanwhile(): (error: unknown) => void {
  const { t } = useTranslation()
  const { message } = App.useApp()
  return (error) => {
    if (isClosed(error)) void message.info(t('discussion.closedMeanwhile'))
  }
}

/** The state of a discussion at hand: what is in focus, and settling it. Own changes show before the server has them. */
export function useDiscussionWork(stored: Discussion) {
  const prompt = stored.prompt.id
  const discussion = usePendingRevisions(prompt).reduce(revised, stored)
  const [listed, setListed] = useState<readonly string[]>([])
  const [wanted, setWanted] = useState<string | null>(null)
  const onError = useClosedMeanwhile()
  const revise = useRevise(prompt)
  const mark = useMarkDiscard(prompt)

  const items = itemsOf(discussion, listed)
  const rows = items.flatMap(({ row }) => (row ? [comparisonKey(row)] : []))
  if (rows.length !== listed.length) setListed(rows)
  const focused: Item | undefined = items.find(({ key }) => key === wanted) ?? items.find(({ mine }) => mine) ?? items[0]
  const focus = focused?.key ?? ''

  const settle = (verdict: Verdict | undefined) => {
    const row = focused?.row
    const own = row && ownVerdict(row)
    if (!row || !own || !verdict || !discussion.open) return
    if (verdict !== own.verdict) {
      const { task, response_a, response_b } = row
      revise.mutate({ task, response_a, response_b, verdict }, { onError })
    }
    setWanted(nextOpen(items, focus))
  }

  return {
    discussion,
    items,
    focused,
    focus,
    setFocus: setWanted,
    move: (step: 1 | -1) => setWanted(neighbour(items, focus, step)),
    /** Goes on to the next difference, everything as it is. */
    keep: () => setWanted(nextOpen(items, focus)),
    take: () => settle(focused?.row && othersVerdict(focused.row)?.verdict),
    settle,
    /** Sets or takes back the own pass's mark on the disputed response in focus. */
    toggleDiscard: () => {
      const discard = discardInFocus(items, focused)
      if (!discard?.mine || !discussion.open || mark.isPending) return
      mark.mutate({ response: discard.response, marked: !ownMark(discussion, discard) }, { onError })
    },
    error: ownFailure(revise.error) ?? ownFailure(mark.error),
    pending: revise.isPending || mark.isPending,
  }
}

export type DiscussionWork = ReturnType<typeof useDiscussionWork>
