import type { ProjectSettings } from '@/api/projects'
import { describe, expect, it } from 'vitest'
import { changes, GROUPS, toForm } from './protocol'

const SETTINGS: ProjectSettings = {
  description: '',
  fault_kinds: [],
  mask_names: [],
  responses_per_task: 3,
  passes: 2,
  agreement_threshold: 0.9,
  agreement_measure: 'exact',
  discussion_hours: 48,
  escalation_hours: 48,
  delivery_share: 0.3,
  operations_share: 0.29,
  research_share: 1,
  rejection_limit: 0.2,
  rejection_min: 10,
  exam_items: 10,
  exam_mark: 0.8,
  exam_attempts: 3,
  exam_wait_hours: 24,
  gold_share: 0.05,
  gold_mark: 0.7,
  gold_window: 20,
  gold_min: 8,
  repeat_share: 0.02,
  repeat_gap: 20,
  judge_threshold: 0.6,
  daily_limit: null,
  lease_minutes: 60,
  daily_target: 40,
  languages: ['zh'],
}

describe('the protocol form', () => {
  it('shows shares as whole percentages', () => {
    expect(toForm(SETTINGS)).toMatchObject({
      agreement_threshold: 90,
      operations_share: 29,
      research_share: 100,
      gold_share: 5,
      repeat_share: 2,
      rejection_limit: 20,
      exam_mark: 80,
    })
  })

  it('has a place for every setting but the texts, the lists and the measure', () => {
    const others = ['description', 'languages', 'agreement_measure', 'fault_kinds', 'mask_names']
    const numbers = Object.keys(SETTINGS).filter((name) => !others.includes(name))
    expect(GROUPS.flatMap(({ fields }) => fields.map(({ name }) => name)).sort()).toEqual(numbers.sort())
  })

  it('sends nothing where nothing was changed', () => {
    expect(changes(SETTINGS, toForm(SETTINGS))).toEqual({})
  })

  it('sends only what was changed, shares as fractions of 1', () => {
    const form = { ...toForm(SETTINGS), agreement_threshold: 85.5, passes: 3, languages: ['zh', 'en'], daily_limit: 60 }
    expect(changes(SETTINGS, form)).toEqual({
      agreement_threshold: 0.855,
      passes: 3,
      languages: ['zh', 'en'],
      daily_limit: 60,
    })
  })

  it('sends a limit that was taken out as none', () => {
    const limited = { ...SETTINGS, daily_limit: 60 }
    expect(changes(limited, { ...toForm(limited), daily_limit: null })).toEqual({ daily_limit: null })
  })
})
