import type { ExamStanding } from '@/api/exams'

/** What a person can do about a category's exam now. */
export type Way = 'continue' | 'start' | 'wait' | 'none'

export function wayOf(standing: ExamStanding, now: number = Date.now()): Way {
  const { state, exam, attempts_left, retake_at, n_items } = standing
  if (state === 'running') return exam === null ? 'none' : 'continue'
  if (state === 'qualified' || state === 'barred' || attempts_left <= 0 || n_items === 0) return 'none'
  return retake_at !== null && Date.parse(retake_at) > now ? 'wait' : 'start'
}
