import type { Discussion } from '@/api/discussions'
import { useFormat } from '@/lib/format'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Agreement } from './Agreement'
import { Due } from './Due'
import styles from './discussion.module.css'

interface Props {
  discussion: Discussion
  guideline: boolean
  onGuideline: () => void
  /** Absent for those who only read */
  onEscalate?: () => void
}

/** What is discussed, by whom, how far they agree, and how long there is. */
export function DiscussionHead({ discussion, guideline, onGuideline, onEscalate }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const { prompt, people, me, open, due_at } = discussion
  return (
    <header className={styles.head}>
      <h1>#{prompt.number}</h1>
      <span>{prompt.category.path.join(' / ')}</span>
      <Agreement discussion={discussion} />
      <span className={styles.quiet} data-testid="people">
        {people
          .map(({ pseudonym, pass }) => t(pseudonym === me ? 'discussion.meInPass' : 'discussion.inPass', { name: pseudonym, pass }))
          .join(' · ')}
      </span>
      {open && (
        <span className={styles.quiet} title={format.dateTime(due_at)}>
          <Due at={due_at} />
        </span>
      )}
      <span className={styles.push}>
        <Button type="text" size="small" aria-pressed={guideline} onClick={onGuideline} data-testid="open-guideline">
          {t('discussion.guideline')} <kbd>M</kbd>
        </Button>
        {onEscalate && (
          <Button size="small" onClick={onEscalate} data-testid="escalate-open">
            {t('discussion.escalate.open')} <kbd>E</kbd>
          </Button>
        )}
      </span>
    </header>
  )
}
