import { describe, expect, it } from 'vitest'
import { formatter } from './format'

const english = formatter('en')
const NOW = Date.parse('2026-05-01T12:00:00Z')

describe('formatter', () => {
  it('shows a dash where there is no figure, and never takes 0 for none', () => {
    expect(english.percent(null)).toBe('—')
    expect(english.integer(undefined)).toBe('—')
    expect(english.percent(0)).toBe('0.0%')
  })

  it('writes shares, scores and rates as the field does', () => {
    expect(english.percent(0.2043)).toBe('20.4%')
    expect(english.score(0.5)).toBe('0.500')
    expect(english.scientific(0.000005)).toBe('5E-6')
  })

  it.each([
    ['2026-05-01T11:58:00Z', '2m'],
    ['2026-05-01T10:00:00Z', '2h'],
    ['2026-04-28T11:00:00Z', '3d'],
    ['2026-05-01T12:00:05Z', '0m'],
  ])('gives the age of %s as %s', (iso, text) => {
    expect(english.age(iso, NOW)).toBe(text)
  })

  it('gives ages in Chinese', () => {
    expect(formatter('zh-CN').age('2026-05-01T10:00:00Z', NOW)).toBe('2小时')
  })

  it('chooses the unit of a file size', () => {
    expect(english.bytes(512)).toBe('512 byte')
    expect(english.bytes(1_834_211)).toBe('1.8 MB')
  })
})
