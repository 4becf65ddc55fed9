import { useTranslation } from 'react-i18next'
import styles from './StateTag.module.css'

type Machine =
  | 'prompt'
  | 'import'
  | 'set'
  | 'run'
  | 'evaluation'
  | 'promotion'
  | 'filter'
  | 'flag'
  | 'callRun'
  | 'opinion'
  | 'loop'
  | 'recipe'
  | 'variant'
  | 'suspicion'

/** What a state means to a reader; states that are not here are at rest. */
const MOODS: Record<string, string | undefined> = {
  accepted: styles.good,
  done: styles.good,
  frozen: styles.good,
  succeeded: styles.good,
  finished: styles.good,
  stopped: styles.waiting,
  gold: styles.good,
  promoted: styles.good,
  waiting: styles.waiting,
  applied: styles.good,
  discussion: styles.waiting,
  escalated_delivery: styles.waiting,
  escalated_operations: styles.waiting,
  escalated_research: styles.waiting,
  delivery_review: styles.active,
  operations_review: styles.active,
  research_review: styles.active,
  checked: styles.waiting,
  failed: styles.bad,
  annotating: styles.active,
  checking: styles.active,
  importing: styles.active,
  freezing: styles.active,
  applying: styles.active,
  referred: styles.waiting,
  running: styles.active,
  scoring: styles.active,
  benchmarking: styles.active,
  training: styles.active,
  comparing: styles.active,
  regression: styles.bad,
  human_training: styles.active,
  preparing: styles.active,
  deciding: styles.waiting,
}

/** The state of something, in words; colour only repeats it. */
export function StateTag({ machine, state }: { machine: Machine; state: string }) {
  const { t } = useTranslation()
  return (
    <span className={`${styles.tag} ${MOODS[state] ?? ''}`} data-testid="state" data-state={state}>
      {t(`states.${machine}.${state}`, state)}
    </span>
  )
}
