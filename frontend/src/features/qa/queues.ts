import type { QueueRow } from '@/api/disputes'

/** Where the rows of a queue are listed. */
export function queueAddress(project: number, { name, stage }: Pick<QueueRow, 'name' | 'stage'>): string {
  if (stage === null) return `/p/${project}/discussions?state=open`
  return `/p/${project}/${name.endsWith('_review') ? 'reviews' : 'disputes'}?stage=${stage}`
}
