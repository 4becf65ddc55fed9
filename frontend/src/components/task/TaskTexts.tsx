import type { Assignment } from '@/api/assignments'
import { LetterBadge } from '@/components/LetterBadge'
import { ResponseText } from '@/components/ResponseText'
import { hueAt, letterAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PromptPanel } from './PromptPanel'
import styles from './task.module.css'

/** The prompt and the responses of a task, to be read again after its answer. */
export function TaskTexts({ assignment }: { assignment: Assignment }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(true)
  return (
    <div className={styles.reading}>
      <PromptPanel prompt={assignment.prompt} look={{ promptOpen: open, raw: false, act: () => (setOpen(!open), true) }} />
      <div className={styles.columns}>
        {assignment.responses.map(({ id, text }, index) => (
          <section
            key={id}
            className={styles.column}
            style={{ '--hue': hueAt(index) } as React.CSSProperties}
            tabIndex={0}
            aria-label={t('task.response.label', { letter: letterAt(index) })}
          >
            <header className={styles.columnHead}>
              <LetterBadge index={index} />
              <span className={styles.quiet}>{t('task.response.characters', { count: characterCount(text) })}</span>
            </header>
            <div className={styles.columnText}>
              <ResponseText text={text} />
            </div>
          </section>
        ))}
      </div>
    </div>
  )
}
