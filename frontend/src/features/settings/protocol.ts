import type { ProjectSettings } from '@/api/projects'

interface NumberField {
  name: keyof ProjectSettings
  min: number
  max: number
  /** Read and written as a percentage; a share of 1 in the API */
  percent?: boolean
  /** May be left empty, which means that there is none */
  optional?: boolean
}

/** The numbers of the form by what they govern, each with its range (shares in percent). */
export const GROUPS = [
  {
    name: 'annotation',
    fields: [
      { name: 'responses_per_task', min: 3, max: 5 },
      { name: 'passes', min: 1, max: 5 },
      { name: 'lease_minutes', min: 1, max: 1440 },
      { name: 'daily_target', min: 0, max: 10_000 },
      { name: 'daily_limit', min: 0, max: 10_000, optional: true },
    ],
  },
  {
    name: 'agreement',
    fields: [
      { name: 'agreement_threshold', min: 0, max: 100, percent: true },
      { name: 'discussion_hours', min: 1, max: 2400 },
      { name: 'escalation_hours', min: 1, max: 2400 },
    ],
  },
  {
    name: 'review',
    fields: [
      { name: 'delivery_share', min: 0, max: 100, percent: true },
      { name: 'operations_share', min: 0, max: 100, percent: true },
      { name: 'research_share', min: 0, max: 100, percent: true },
      { name: 'rejection_limit', min: 0, max: 100, percent: true },
      { name: 'rejection_min', min: 1, max: 10_000 },
    ],
  },
  {
    name: 'exam',
    fields: [
      { name: 'exam_items', min: 1, max: 200 },
      { name: 'exam_mark', min: 0, max: 100, percent: true },
      { name: 'exam_attempts', min: 1, max: 100 },
      { name: 'exam_wait_hours', min: 0, max: 10_000 },
    ],
  },
  {
    name: 'gold',
    fields: [
      { name: 'gold_share', min: 0, max: 50, percent: true },
      { name: 'gold_mark', min: 0, max: 100, percent: true },
      { name: 'gold_window', min: 1, max: 1000 },
      { name: 'gold_min', min: 1, max: 1000 },
    ],
  },
  {
    name: 'repeat',
    fields: [
      { name: 'repeat_share', min: 0, max: 50, percent: true },
      { name: 'repeat_gap', min: 0, max: 10_000 },
    ],
  },
  {
    name: 'judge',
    fields: [{ name: 'judge_threshold', min: 0, max: 100, percent: true }],
  },
] as const satisfies readonly { name: string; fields: readonly NumberField[] }[]

export type GroupName = (typeof GROUPS)[number]['name']

export const MEASURES = ['exact', 'ordered', 'weighted'] as const satisfies readonly ProjectSettings['agreement_measure'][]

type Field = (typeof GROUPS)[number]['fields'][number]

const SHARES = GROUPS.flatMap(({ fields }): readonly Field[] => fields).filter(
  (field): field is Extract<Field, { percent: true }> => 'percent' in field,
)

/** The settings as the form shows them: shares in percent. */
export function toForm(settings: ProjectSettings): ProjectSettings {
  return mapShares(settings, (share) => Number((share * 100).toFixed(4)))
}

/** What the form holds, as the API takes it; only what was changed. */
export function changes(before: ProjectSettings, form: ProjectSettings): Partial<ProjectSettings> {
  const after = mapShares(form, (percent) => Number((percent / 100).toFixed(6)))
  const entries = Object.entries(after) as [keyof ProjectSettings, unknown][]
  return Object.fromEntries(entries.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])))
}

function mapShares(settings: ProjectSettings, map: (value: number) => number): ProjectSettings {
  return { ...settings, ...Object.fromEntries(SHARES.map(({ name }) => [name, map(settings[name])])) }
}
