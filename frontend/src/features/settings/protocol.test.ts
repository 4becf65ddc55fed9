import type { ProjectSettings } from '@/api/projects'
import { describe, expect, it } from 'vitest'
import { changes, toForm } from './protocol'

const SETTINGS: ProjectSettings = {
  description: '',
  responses_per_task: 3,
  passes: 2,
  agreement_threshold: 0.9,
  delivery_share: 0.3,
  operations_share: 0.29,
  research_share: 1,
  lease_minutes: 60,
  daily_target: 40,
  languages: ['zh'],
}

describe('the protocol form', () => {
  it('shows shares as whole percentages', () => {
    expect(toForm(SETTINGS)).toMatchObject({ agreement_threshold: 90, operations_share: 29, research_share: 100 })
  })

  it('sends nothing where nothing was changed', () => {
    expect(changes(SETTINGS, toForm(SETTINGS))).toEqual({})
  })

  it('sends only what was changed, shares as fractions of 1', () => {
    const form = { ...toForm(SETTINGS), agreement_threshold: 85.5, passes: 3, languages: ['zh', 'en'] }
    expect(changes(SETTINGS, form)).toEqual({ agreement_threshold: 0.855, passes: 3, languages: ['zh', 'en'] })
  })
})
