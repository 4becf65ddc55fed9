import { effectsQuery, type Effects, type VoteEffect } from '@/api/prompts'
import { QueryView } from '@/components/QueryView'
import { Tiers } from '@/components/Tiers'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'
import { Cycles } from './Cycles'
import { verdictText, type Position } from './verdicts'

/** What each vote does to a prompt's tiers: the ranking that would be without it, and who said what along each cycle. */
export function VoteEffects({ prompt, position }: { prompt: number; position: Position }) {
  const query = useQuery(effectsQuery(prompt))
  return <QueryView query={query}>{(effects) => <Loaded effects={effects} position={position} />}</QueryView>
}

function Loaded({ effects, position }: { effects: Effects; position: Position }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const final = effects.votes.filter((vote) => vote.final)
  const moving = final.filter((vote) => vote.changes)
  const shown = all ? final : moving
  return (
    <div data-testid="vote-effects">
      <Cycles effects={effects} position={position} />
      {moving.length === 0 && <p className={styles.quiet}>{t('qa.effects.none', { count: final.length })}</p>}
      {shown.length > 0 && (
        <table className={styles.effects}>
          <thead>
            <tr>
              <th>{t('qa.effects.vote')}</th>
              <th>{t('qa.effects.without')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((vote) => (
              <VoteRow key={vote.comparison} vote={vote} position={position} />
            ))}
          </tbody>
        </table>
      )}
      {final.length > moving.length && (
        <Button type="link" size="small" onClick={() => setAll(!all)} data-testid="what-if-all">
          {all ? t('qa.effects.fewer') : t('qa.effects.all', { count: final.length })}
        </Button>
      )}
    </div>
  )
}

function VoteRow({ vote, position }: { vote: VoteEffect; position: Position }) {
  const { t } = useTranslation()
  return (
    <tr data-testid={`what-if-vote-${vote.comparison}`}>
      <td>
        <span className={styles.verdict}>
          {verdictText(position(vote.response_a), position(vote.response_b), vote.verdict)}
        </span>
        <span className={styles.by}>
          {vote.by || t('qa.decision')}
          {vote.contradicted && ` · ${t('qa.effects.contradicted')}`}
        </span>
      </td>
      <td>
        {vote.changes ? <Tiers tiers={vote.without.tiers} position={position} /> : t('qa.effects.same')}
        <span className={styles.by}>{t('qa.effects.conflicts', { count: vote.without.n_conflicts })}</span>
      </td>
    </tr>
  )
}
