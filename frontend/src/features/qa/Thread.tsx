import type { DiscussionMessage } from '@/api/disputes'
import styles from '@/components/compare/compare.module.css'
import type { Position } from '@/components/compare/verdicts'
import { useFormat } from '@/lib/format'
import { letterAt } from '@/lib/hues'
import { useTranslation } from 'react-i18next'

interface Props {
  messages: readonly DiscussionMessage[]
  position: Position
}

/** What the people of the passes wrote to each other, to be read only; answers stand below what they answer. */
export function Thread({ messages, position }: Props) {
  const { t } = useTranslation()
  const answers = (parent: number | null) => messages.filter((message) => message.parent === parent)
  const list = (parent: number | null) => (
    <ul className={styles.list} style={parent === null ? undefined : { marginLeft: 16 }}>
      {answers(parent).map((message) => (
        <li key={message.id}>
          <Head message={message} position={position} />
          <p>{message.text}</p>
          {answers(message.id).length > 0 && list(message.id)}
        </li>
      ))}
    </ul>
  )
  return (
    <section data-testid="thread">
      <h3>{t('qa.thread', { count: messages.length })}</h3>
      {list(null)}
    </section>
  )
}

function Head({ message, position }: { message: DiscussionMessage; position: Position }) {
  const format = useFormat()
  const about = [message.response_a, message.response_b].filter((response) => response !== null)
  return (
    <>
      <strong>{message.by}</strong> {about.map((response) => letterAt(position(response))).join('–')}{' '}
      <span className={styles.quiet}>{format.dateTime(message.at)}</span>
    </>
  )
}
