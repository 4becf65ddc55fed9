import type { Effects, VoteEffect } from '@/api/prompts'
import { letterAt } from '@/lib/hues'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'
import type { Position } from './verdicts'

/** Whether a vote says that `better` is at least as good as `worse`, which is an edge of the graph. */
function says(vote: VoteEffect, better: number, worse: number): boolean {
  if (vote.response_a === better && vote.response_b === worse) return vote.verdict !== 'b'
  return vote.response_a === worse && vote.response_b === better && vote.verdict !== 'a'
}

/** Each cycle step by step: who said that the one is better than the next. */
export function Cycles({ effects, position }: { effects: Pick<Effects, 'cycles' | 'votes'>; position: Position }) {
  const { t } = useTranslation()
  if (effects.cycles.length === 0) return null
  const votes = effects.votes.filter((vote) => vote.final)
  const named = (cycle: readonly number[]) => {
    const way = [...cycle, ...cycle.slice(0, 1)].map((response) => letterAt(position(response))).join(' ≥ ')
    return `${t('qa.effects.cycle')} ${way}`
  }
  return effects.cycles.map((cycle) => (
    <section key={cycle.join()} aria-label={named(cycle)} data-testid="cycle">
      <p className={styles.quiet}>{named(cycle)}</p>
      <ul className={styles.list}>
        {cycle.map((better, at) => {
          const worse = cycle[(at + 1) % cycle.length] ?? better
          const said = votes.filter((vote) => says(vote, better, worse))
          return (
            <li key={better}>
              <span className={styles.verdict}>
                {letterAt(position(better))} ≥ {letterAt(position(worse))}
              </span>
              {said.map((vote) => (
                <span key={vote.comparison} className={styles.by}>
                  {vote.by || t('qa.decision')}
                  {vote.verdict === 'equal' ? ' =' : ' >'}
                </span>
              ))}
            </li>
          )
        })}
      </ul>
    </section>
  ))
}
