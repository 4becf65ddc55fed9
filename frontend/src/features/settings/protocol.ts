import type { ProjectSettings } from '@/api/projects'

/** Settings that people read and write as percentages, and the API as shares of 1. */
const SHARES = ['agreement_threshold', 'delivery_share', 'operations_share', 'research_share'] as const

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
  return { ...settings, ...Object.fromEntries(SHARES.map((name) => [name, map(settings[name])])) }
}
