import type { Discussion, DiscussionComparison, DiscussionMessage } from '@/api/discussions'
import { comparisonKey } from '@/components/compare/verdicts'
import { LetterBadge } from '@/components/LetterBadge'
import { useFormat } from '@/lib/format'
import { Button } from 'antd'
import { useEffect, useRef, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { Composer } from './Composer'
import styles from './discussion.module.css'
import type { Writing } from './useWriting'

interface Props {
  discussion: Discussion
  focused: DiscussionComparison | undefined
  position: (response: number) => number
  composer: RefObject<HTMLTextAreaElement | null>
  /** Null for those who only read */
  writing: Writing | null
  onFocus: (key: string) => void
}

/** What has been said, replies below what they answer; what is about the comparison in focus is marked. */
export function Thread({ discussion, focused, position, composer, writing, onFocus }: Props) {
  const { t } = useTranslation()
  const { messages } = discussion
  const end = useRef<HTMLDivElement>(null)
  const count = messages.length
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: 'nearest' })
  }, [count])
  const key = focused && comparisonKey(focused)
  const show = (message: DiscussionMessage) => (
    <Message
      key={message.id}
      message={message}
      focus={key}
      position={position}
      onFocus={onFocus}
      onReply={
        writing &&
        (() => {
          writing.setReplyTo(message)
          composer.current?.focus()
        })
      }
    />
  )
  const replies = (id: number): DiscussionMessage[] =>
    messages.filter(({ parent }) => parent === id).flatMap((reply) => [reply, ...replies(reply.id)])
  return (
    <section className={styles.thread} aria-label={t('discussion.thread')}>
      <header className={styles.sideHead}>
        <strong>{t('discussion.thread')}</strong>
        <span className={styles.quiet}>{t('discussion.messages', { count })}</span>
      </header>
      <div className={styles.messages} data-testid="messages" aria-live="polite">
        {count === 0 && <p className={styles.quiet}>{t('discussion.noMessages')}</p>}
        {messages
          .filter(({ parent }) => parent === null)
          .map((message) => (
            <div key={message.id}>
              {show(message)}
              <div className={styles.replies}>{replies(message.id).map(show)}</div>
            </div>
          ))}
        <div ref={end} />
      </div>
      {writing && <Composer writing={writing} focused={focused} position={position} field={composer} />}
    </section>
  )
}

interface MessageProps {
  message: DiscussionMessage
  focus: string | undefined
  position: (response: number) => number
  onFocus: (key: string) => void
  onReply: (() => void) | null
}

function Message({ message, focus, position, onFocus, onReply }: MessageProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { task, response_a, response_b } = message
  const about = task !== null && response_a !== null && response_b !== null ? { task, response_a, response_b } : null
  const key = about && comparisonKey(about)
  return (
    <div
      className={styles.message}
      data-mine={message.mine || undefined}
      data-current={(key !== null && key === focus) || undefined}
      data-testid={`message-${message.id}`}
    >
      <div className={styles.messageHead}>
        <strong>{message.mine ? t('discussion.me') : message.by}</strong>
        {about && key && (
          <button type="button" className={styles.about} onClick={() => onFocus(key)}>
            <LetterBadge index={position(about.response_a)} />–<LetterBadge index={position(about.response_b)} />
          </button>
        )}
        <time dateTime={message.at}>{format.dateTime(message.at)}</time>
        {onReply && (
          <Button type="link" size="small" onClick={onReply} data-testid={`reply-${message.id}`}>
            {t('discussion.reply')}
          </Button>
        )}
      </div>
      <div className={styles.messageText}>{message.text}</div>
    </div>
  )
}
