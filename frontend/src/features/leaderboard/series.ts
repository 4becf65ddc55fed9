import type { LeaderboardRow } from '@/api/leaderboard'

/** The five figures of the leaderboard, in the order they are plotted. */
export const FIGURES = {
  overall: (row: LeaderboardRow) => row.overall,
  openAccuracy: (row: LeaderboardRow) => row.open?.accuracy ?? null,
  openExact: (row: LeaderboardRow) => row.open?.exact_match ?? null,
  humanAccuracy: (row: LeaderboardRow) => row.human?.accuracy ?? null,
  humanExact: (row: LeaderboardRow) => row.human?.exact_match ?? null,
}
export type FigureName = keyof typeof FIGURES

/** Points (training pairs, figure) of the models that have the figure, from few pairs to many. */
export function scalingPoints(rows: readonly LeaderboardRow[], figure: FigureName): [number, number][] {
  return rows
    .flatMap((row): [number, number][] => {
      const value = FIGURES[figure](row)
      return value === null ? [] : [[row.n_train_pairs, value]]
    })
    .sort(([one], [other]) => one - other)
}
