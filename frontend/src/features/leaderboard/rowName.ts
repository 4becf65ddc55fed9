import type { LeaderboardRow } from '@/api/leaderboard'
import { modelName } from '@/components/models/modelName'
import type { TFunction } from 'i18next'

/** What a row is called: a model of ours with the number of its run, the judge of a joint run as such. */
export function rowName({ model, run, kind }: LeaderboardRow, t: TFunction): string {
  const name = modelName({ name: model.name, run }, t)
  return kind === 'judge' && run !== null ? t('leaderboard.judgeOf', { name }) : name
}
