import type { Assignment } from '@/api/assignments'
import { LetterBadge } from '@/components/LetterBadge'
import { hueAt, letterAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import { isDiscarded, scoreOf, SCORES, toggleDiscard } from '@/lib/ordering'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { MarkedText } from './marking/MarkedText'
import type { Marking } from './useMarking'
import type { Task } from './useTask'
import styles from './task.module.css'

interface Props {
  index: number
  response: Assignment['responses'][number]
  raw: boolean
  task: Task
  marking: Marking
  /** Its order to an equally scored response is being asked */
  asked: boolean
  /** Its place in the order denies its score */
  disputed: boolean
}

/** One response in full, with its score and its garbage mark. */
export function ResponseColumn({ index, response, raw, task, marking, asked, disputed }: Props) {
  const { t } = useTranslation()
  const { id, text } = response
  const letter = letterAt(index)
  const characters = useMemo(() => characterCount(text), [text])
  const discarded = isDiscarded(task.ordering, id)
  return (
    <section
      ref={(element) => task.register(index, element)}
      className={styles.column}
      style={{ '--hue': hueAt(index) } as React.CSSProperties}
      tabIndex={0}
      aria-label={t('task.response.label', { letter })}
      aria-current={task.focused === index || undefined}
      onFocus={() => task.setFocused(index)}
      data-testid={`response-${letter}`}
      data-response={id}
    >
      <header className={styles.columnHead} data-asked={asked || undefined}>
        <LetterBadge index={index} />
        <span className={styles.quiet}>{t('task.response.characters', { count: characters })}</span>
        <button
          type="button"
          tabIndex={-1}
          className={styles.garbage}
          aria-pressed={discarded}
          title={t('task.response.garbageHint')}
          onClick={() => task.setOrdering(toggleDiscard(task.ordering, id))}
          data-testid={`discard-${letter}`}
        >
          {discarded && '✕ '}
          {t('task.response.garbage')}
        </button>
        <div className={styles.scores} role="group" aria-label={t('task.response.score', { letter })}>
          {SCORES.map((score) => (
            <button
              key={score}
              type="button"
              tabIndex={-1}
              className={styles.score}
              aria-pressed={scoreOf(task.ordering, id) === score}
              title={t(`task.score.${score}`)}
              onClick={() => task.score(index, score)}
              data-testid={`score-${letter}-${score}`}
            >
              {score}
            </button>
          ))}
        </div>
        {disputed && <span className={styles.disputed}>⚠ {t('task.response.disputed')}</span>}
      </header>
      <div className={discarded ? styles.discardedText : styles.columnText}>
        <MarkedText index={index} response={response} raw={raw} marking={marking} />
      </div>
    </section>
  )
}
