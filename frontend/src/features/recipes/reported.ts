import type { VariantName } from '@/api/recipes'

/** Overall of table 4 of the paper (arXiv 2502.17173), on its own benchmark and from a 72B model. */
export const REPORTED: Readonly<Record<VariantName, number>> = {
  judge: 0.549,
  judge_debias: 0.571,
  judge_filter: 0.632,
  judge_both: 0.634,
  human: 0.647,
  all: 0.657,
}
