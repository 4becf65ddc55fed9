/** Figures that the paper reports on its own benchmark (arXiv 2502.17173): [accuracy, exact match] of both subsets. */
export interface Published {
  name: string
  open: readonly [number, number]
  human: readonly [number, number]
  overall: number
}

export const PUBLISHED: readonly Published[] = [
  { name: 'CheemsRM', open: [0.857, 0.508], human: [0.832, 0.431], overall: 0.657 },
  { name: 'Skywork-Reward-Gemma-2-27B', open: [0.754, 0.329], human: [0.748, 0.311], overall: 0.535 },
]
