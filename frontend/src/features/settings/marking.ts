import type { Project, ProjectSettings } from '@/api/projects'
import type { Schemas } from '@/api/types'

export type FaultKind = Schemas['FaultKind']

/** What the form holds: names are a text with one on every line. */
export interface Marking {
  fault_kinds: FaultKind[]
  mask_names: string
}

export const MOST_KINDS = 30
export const MOST_KEY = 40
export const MOST_NAME = 100
/** Keys are what is stored and exported, so they stay plain. */
export const KEY = /^[a-z0-9_-]{1,40}$/

export function namesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

export function toMarking(project: Project): Marking {
  return { fault_kinds: project.fault_kinds, mask_names: project.mask_names.join('\n') }
}

/** Which of the two lists the form has changed, as the API takes them. */
export function changedLists(project: Project, form: Marking): Partial<ProjectSettings> {
  const after = {
    fault_kinds: form.fault_kinds.map(({ key, zh, en }) => ({ key: key.trim(), zh: zh.trim(), en: en.trim() })),
    mask_names: namesIn(form.mask_names),
  }
  return {
    ...(JSON.stringify(after.fault_kinds) !== JSON.stringify(project.fault_kinds) && { fault_kinds: after.fault_kinds }),
    ...(JSON.stringify(after.mask_names) !== JSON.stringify(project.mask_names) && { mask_names: after.mask_names }),
  }
}

/** The place in the form that a field of the API's refusal names: fault_kinds.2.zh is a place of its own. */
export function placeOf(field: string): (string | number)[] {
  const [list = '', ...rest] = field.split('.')
  if (list === 'mask_names') return [list]
  return [list, ...rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part))]
}
