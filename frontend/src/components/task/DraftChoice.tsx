import { useFormat } from '@/lib/format'
import { commandIn, useKeyCommands } from '@/lib/keyCommands'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Task } from './useTask'
import styles from './draft.module.css'

type Choice = 'this' | 'other'

/** Beside the keys of the task, so that neither draft is chosen by habit. */
const KEYS: Record<string, Choice> = { Comma: 'this', Period: 'other' }

/** Two drafts of one task, made in different places: either can be chosen, and until then both are kept. */
export function DraftChoice({ task }: { task: Task }) {
  return task.other && <Choose task={task} at={task.other.savedAt} />
}

function Choose({ task, at }: { task: Task; at: number }) {
  const { t } = useTranslation()
  const { dateTime } = useFormat()
  const when = (time: number) => dateTime(new Date(time).toISOString())
  const choose = (choice: Choice) => (choice === 'this' ? task.keepThis() : task.takeOther())
  useKeyCommands((event) => commandIn<Choice | null>(KEYS, null, event), (choice) => choice && choose(choice))
  return (
    <Alert
      type="warning"
      showIcon
      banner
      title={t('draft.choice.title', { this: when(task.changedAt), other: when(at) })}
      action={
        <span className={styles.choices}>
          <Button size="small" onClick={() => choose('this')} data-testid="draft-keep">
            {t('draft.choice.this')} <kbd>,</kbd>
          </Button>
          <Button size="small" onClick={() => choose('other')} data-testid="draft-take">
            {t('draft.choice.other')} <kbd>.</kbd>
          </Button>
        </span>
      }
      data-testid="draft-choice"
    />
  )
}
