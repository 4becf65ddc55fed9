import { useErrorText } from '@/components/useErrorText'
import { ApiError } from '@/api/client'
import { useAway } from '@/lib/connection'
import { usePartMissing } from '@/lib/newBuild'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Submission } from './outbox'
import type { TakeBack } from './useTakeBack'
import type { Work } from './work'
import styles from './workbench.module.css'

interface Props {
  work: Work
  lost: boolean
  submissions: readonly Submission[]
  takeBack: TakeBack
}

/** What went otherwise than expected: a task taken back, answers not yet sent, answers refused. */
export function Notices({ work, lost, submissions, takeBack }: Props) {
  const { t } = useTranslation()
  const errorText = useErrorText()
  const away = useAway()
  const partMissing = usePartMissing()
  const waiting = submissions.filter(({ state, attempts, error }) => error && (state === 'waiting' || attempts > 1))
  return (
    <div className={styles.notices} aria-live="polite">
      {partMissing && <Reload away={away} />}
      {away && <Alert type="warning" showIcon banner title={t('draft.offline')} data-testid="notice-offline" />}
      {lost && (
        <Alert
          type="warning"
          showIcon
          banner
          title={t('workbench.notice.lost')}
          closable={{ onClose: () => work.dismissLost() }}
          data-testid="notice-lost"
        />
      )}
      {takeBack.error && (
        <Alert
          type="warning"
          showIcon
          banner
          title={t('today.recent.failed', { reason: errorText(takeBack.error) })}
          closable={{ onClose: takeBack.dismiss }}
          data-testid="notice-take-back"
        />
      )}
      {waiting.length > 0 && (
        <Alert
          type="warning"
          showIcon
          banner
          title={t('workbench.notice.unsent', { count: waiting.length })}
          action={
            <Button size="small" onClick={work.outbox.retryAll} data-testid="retry">
              {t('workbench.notice.retry')}
            </Button>
          }
          data-testid="notice-unsent"
        />
      )}
      {submissions
        .filter(({ state }) => state === 'refused')
        .map((item) => (
          <Refused key={item.assignment} item={item} onForget={() => work.outbox.drop(item.assignment)} />
        ))}
    </div>
  )
}

/** A part of the page is missing, as after a deploy; offline, it may yet be there. */
function Reload({ away }: { away: boolean }) {
  const { t } = useTranslation()
  return (
    <Alert
      type="warning"
      showIcon
      banner
      title={t(away ? 'draft.renewed.offline' : 'draft.renewed.title')}
      action={
        <Button size="small" onClick={() => window.location.reload()} data-testid="reload">
          {t('draft.renewed.reload')}
        </Button>
      }
      data-testid="notice-renewed"
    />
  )
}

const EXPLAINED = ['lease_expired', 'stale_token', 'already_submitted', 'paused', 'project_paused', 'category_paused']

function Refused({ item, onForget }: { item: Submission; onForget: () => void }) {
  const { t } = useTranslation()
  const errorText = useErrorText()
  const { code, message } = item.error ?? { code: 'unknown', message: '' }
  const why = EXPLAINED.includes(code)
    ? t(`workbench.notice.refused.${code}`)
    : t('workbench.notice.refused.other', { reason: errorText(new ApiError(400, code, message)) })
  return (
    <Alert
      type="error"
      showIcon
      banner
      title={why}
      description={t('workbench.notice.kept', { order: item.orderText, notes: item.answer.notes || '–' })}
      action={
        <Button size="small" onClick={onForget}>
          {t('workbench.notice.forget')}
        </Button>
      }
      data-testid="notice-refused"
    />
  )
}
