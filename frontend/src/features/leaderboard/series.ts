import type { LeaderboardRow } from '@/api/leaderboard'
import type { Estimate } from '@/components/charts/modelOptions'

/** The five figures of the leaderboard, in the order they are plotted. */
export const FIGURES = {
  overall: (row: LeaderboardRow) => row.overall,
  openAccuracy: (row: LeaderboardRow) => row.open?.accuracy ?? null,
  openExact: (row: LeaderboardRow) => row.open?.exact_match ?? null,
  humanAccuracy: (row: LeaderboardRow) => row.human?.accuracy ?? null,
  humanExact: (row: LeaderboardRow) => row.human?.exact_match ?? null,
}
export type FigureName = keyof typeof FIGURES

type Subset = 'open' | 'human'

/** Accuracy with its interval against training pairs, of the models of ours that have both, from few pairs to many. */
export function scalingPoints(rows: readonly LeaderboardRow[], subset: Subset): Estimate[] {
  return rows
    .flatMap((row): Estimate[] => {
      const value = row[subset]?.accuracy ?? null
      if (row.kind !== 'trained' || value === null || !row.n_train_pairs) return []
      const [low, high] = row[subset]?.intervals?.accuracy ?? []
      const interval = low !== undefined && high !== undefined ? ([low, high] as const) : null
      return [{ x: row.n_train_pairs, value, interval, name: row.model.name }]
    })
    .sort((one, other) => one.x - other.x)
}
