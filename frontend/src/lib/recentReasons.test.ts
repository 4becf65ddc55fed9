import { beforeEach, expect, it } from 'vitest'
import { recentReasons, rememberReason } from './recentReasons'

beforeEach(() => localStorage.clear())

it('keeps the latest first, each once, and only a few', () => {
  for (const reason of ['一', '二', '三', '四', '五', '六', '七', '五']) rememberReason({ reason, clause: '' })
  expect(recentReasons().map(({ reason }) => reason)).toEqual(['五', '七', '六', '四', '三', '二'])
})

it('tells the same reason under two clauses apart', () => {
  rememberReason({ reason: '一', clause: '1.1' })
  rememberReason({ reason: '一', clause: '1.2' })
  expect(recentReasons()).toHaveLength(2)
})

it('is empty where something else is stored', () => {
  localStorage.setItem('cheems.reasons', '{"reason": 1')
  expect(recentReasons()).toEqual([])
  localStorage.setItem('cheems.reasons', '[null, {"reason": "一", "clause": ""}, 3]')
  expect(recentReasons()).toEqual([{ reason: '一', clause: '' }])
})
