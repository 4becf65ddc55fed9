import type { DiscussionComparison } from '@/api/discussions'
import { Failure } from '@/components/Failure'
import { letterAt } from '@/lib/hues'
import { Button, Checkbox } from 'antd'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './discussion.module.css'
import type { Writing } from './useWriting'

interface Props {
  writing: Writing
  focused: DiscussionComparison | undefined
  position: (response: number) => number
  field: RefObject<HTMLTextAreaElement | null>
}

/** Where a message is written: of the comparison in focus unless said otherwise, or in reply to another message. */
export function Composer({ writing, focused, position, field }: Props) {
  const { t } = useTranslation()
  const { text, setText, whole, setWhole, replyTo, setReplyTo, send, pending, error } = writing
  const pair = focused && [focused.response_a, focused.response_b].map((id) => letterAt(position(id))).join('–')
  return (
    <div className={styles.composer}>
      <div className={styles.composerHead}>
        {replyTo ? (
          <>
            <span>{t('discussion.replyTo', { name: replyTo.mine ? t('discussion.me') : replyTo.by })}</span>
            <Button type="link" size="small" onClick={() => setReplyTo(null)}>
              {t('discussion.noReply')}
            </Button>
          </>
        ) : (
          pair && (
            <>
              <span>{whole ? t('discussion.aboutAll') : t('discussion.aboutPair', { pair })}</span>
              <Checkbox checked={whole} onChange={(event) => setWhole(event.target.checked)} data-testid="message-whole">
                {t('discussion.aboutAll')}
              </Checkbox>
            </>
          )
        )}
      </div>
      <textarea
        ref={field}
        className={styles.field}
        rows={3}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.nativeEvent.isComposing) event.currentTarget.blur()
        }}
        placeholder={t('discussion.write')}
        aria-label={t('discussion.write')}
        data-testid="message-text"
      />
      <Failure error={error} kept={t('discussion.messageKept')} />
      <Button type="primary" size="small" disabled={text.trim() === ''} loading={pending} onClick={send} data-testid="message-send">
        {t('discussion.send')} <kbd>Ctrl/⌘ ⏎</kbd>
      </Button>
    </div>
  )
}
