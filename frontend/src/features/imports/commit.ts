import type { ImportJob } from '@/api/imports'

export type Barrier = 'nothing' | 'bad'

/** Why a checked import cannot be committed, or null. All or nothing, unless it was told to keep the good lines. */
export function commitBarrier(job: Pick<ImportJob, 'n_good' | 'n_bad' | 'keep_good'>): Barrier | null {
  if (job.n_good === 0) return 'nothing'
  return job.n_bad > 0 && !job.keep_good ? 'bad' : null
}
