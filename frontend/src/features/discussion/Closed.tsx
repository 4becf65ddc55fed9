import { discussionsQuery, type Discussion } from '@/api/discussions'
import { useFormat } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

/** How the discussion ended, and the way to the next one. */
export function Closed({ discussion: { project, prompt, outcome } }: { discussion: Discussion }) {
  const { t } = useTranslation()
  const format = useFormat()
  const state = outcome?.state ?? 'agreed'
  return (
    <Alert
      banner
      showIcon
      type={state === 'agreed' ? 'success' : 'info'}
      title={t(`discussion.closed.${state}`)}
      description={outcome && t('discussion.closed.at', { at: format.dateTime(outcome.at) })}
      action={<NextDiscussion project={project} prompt={prompt.id} />}
      data-testid="discussion-closed"
    />
  )
}

function NextDiscussion({ project, prompt }: { project: number; prompt: number }) {
  const { t } = useTranslation()
  const open = useInfiniteQuery(discussionsQuery(project, 'open'))
  const others = open.data?.pages.flatMap((page) => page.results).filter((row) => row.prompt !== prompt) ?? []
  const next = others.find(({ my_turn }) => my_turn) ?? others[0]
  return next ? (
    <Link to={`/discussions/${next.prompt}`} data-testid="discussion-next">
      {t('discussion.next', { number: next.number })}
    </Link>
  ) : (
    <Link to={`/p/${project}/discussions`} data-testid="discussion-next">
      {t('discussion.backToList')}
    </Link>
  )
}
