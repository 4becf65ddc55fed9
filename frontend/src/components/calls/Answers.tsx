import { useTranslation } from 'react-i18next'
import styles from './calls.module.css'

/** What a model answered, word for word, attempt by attempt; or why there is no answer. */
export function Answers({ answers, detail }: { answers: readonly string[]; detail: string }) {
  const { t } = useTranslation()
  return (
    <div className={styles.answers}>
      {detail && <p>{detail}</p>}
      {answers.map((text, place) => (
        <details key={place}>
          <summary>{text.trim() === '' ? t('calls.blank') : lastLine(text)}</summary>
          <pre>{text}</pre>
        </details>
      ))}
    </div>
  )
}

const MOST_CHARS = 80

/** The line that an answer ends in: that is where a verdict stands. */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? ''
  return line.length > MOST_CHARS ? `${line.slice(0, MOST_CHARS)}…` : line
}
