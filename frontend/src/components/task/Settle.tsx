import {
  adoptScores,
  contradictions,
  decide,
  orderText,
  pendingPair,
  scoreOf,
  type Contradiction,
  type Verdict,
} from '@/lib/ordering'
import {
  acceptable,
  adoptOrder,
  adoptUnacceptable,
  rescoresToOrder,
  rescoresToUnacceptable,
  type Rescore,
} from '@/lib/rescoring'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Task } from './useTask'
import styles from './task.module.css'

/** More would push the texts off the page; the chips and the columns show every one. */
const SHOWN = 2

/** The one thing to settle next: a contradiction, else the pair whose order is asked. */
export function Settle({ task }: { task: Task }) {
  const disputes = contradictions(task.ordering)
  if (disputes.length > 0) return <Disputes task={task} disputes={disputes} />
  if (task.noneAcceptable && acceptable(task.ordering).length > 0) return <Acceptable task={task} />
  const pair = pendingPair(task.ordering)
  return pair && <Question task={task} pair={pair} />
}

function Question({ task, pair }: { task: Task; pair: readonly [number, number] }) {
  const { t } = useTranslation()
  const [first, second] = pair.map(task.letter)
  const way = (verdict: Verdict, label: string, key: string) => (
    <Button size="small" onClick={() => task.setOrdering(decide(task.ordering, verdict))} data-testid={`answer-${verdict}`}>
      {label} <kbd>{key}</kbd>
    </Button>
  )
  return (
    <div className={styles.settle} role="status" data-testid="question" data-pair={`${first}${second}`}>
      <span>{t('task.question.text', { first, second })}</span>
      {way('first', t('task.question.better', { letter: first }), 'g')}
      {way('second', t('task.question.better', { letter: second }), 'b')}
      {way('same', t('task.question.same'), 's')}
    </div>
  )
}

/** "C 3→4 · B 5→4" */
function changesText(changes: readonly Rescore[], letter: Task['letter']): string {
  return changes.map(({ response, from, to }) => `${letter(response)} ${from}→${to}`).join(' · ')
}

/** The order denies the scores: both ways out, each with what would come of it. */
function Disputes({ task, disputes }: { task: Task; disputes: readonly Contradiction[] }) {
  const { t } = useTranslation()
  const { ordering, letter } = task
  return (
    <div className={styles.disputes} role="status" data-testid="contradictions">
      <ul>
        {disputes.slice(0, SHOWN).map(({ higherScored, lowerScored, ordered }) => (
          <li key={`${higherScored}-${lowerScored}`}>
            ⚠{' '}
            {t(`task.contradiction.${ordered}`, {
              higher: letter(higherScored),
              lower: letter(lowerScored),
              more: scoreOf(ordering, higherScored),
              less: scoreOf(ordering, lowerScored),
            })}
          </li>
        ))}
        {disputes.length > SHOWN && <li>{t('task.contradiction.others', { count: disputes.length - SHOWN })}</li>}
      </ul>
      <Button size="small" onClick={() => task.setOrdering(adoptScores(ordering))} data-testid="adopt">
        {t('task.contradiction.adoptScores', { order: orderText(adoptScores(ordering), letter) })} <kbd>a</kbd>
      </Button>
      <Button size="small" onClick={() => task.setOrdering(adoptOrder(ordering))} data-testid="adopt-order">
        {t('task.contradiction.adoptOrder', { changes: changesText(rescoresToOrder(ordering), letter) })} <kbd>o</kbd>
      </Button>
    </div>
  )
}

/** None is said to be acceptable, and yet some are scored as good. */
function Acceptable({ task }: { task: Task }) {
  const { t } = useTranslation()
  const { ordering, letter } = task
  const letters = acceptable(ordering).map((id) => `${letter(id)} ${scoreOf(ordering, id)}`).join(' · ')
  return (
    <div className={styles.disputes} role="status" data-testid="acceptable-contradiction">
      <span>⚠ {t('task.none.contradiction', { letters })}</span>
      <Button size="small" onClick={() => task.change({ noneAcceptable: false })} data-testid="none-take-off">
        {t('task.none.takeOff')} <kbd>u</kbd>
      </Button>
      <Button size="small" onClick={() => task.setOrdering(adoptUnacceptable(ordering))} data-testid="none-lower">
        {t('task.none.lower', { changes: changesText(rescoresToUnacceptable(ordering), letter) })} <kbd>o</kbd>
      </Button>
    </div>
  )
}
