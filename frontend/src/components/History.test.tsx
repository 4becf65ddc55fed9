import type { HistoryEvent } from '@/api/prompts'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { History } from './History'

afterEach(cleanup)

const event = (kind: string, reason: string): HistoryEvent => ({
  id: 1,
  at: '2026-01-01T00:00:00Z',
  actor: 'MG28',
  kind,
  before: 'leased',
  after: 'open',
  reason,
})

it.each([
  ['assignment_release', 'lease_expired', '释放任务到期收回'],
  ['assignment_release', 'broken_content: 第二个回答是乱码', '释放任务跳过：内容损坏 · 第二个回答是乱码'],
  ['assignment_release', 'harmful', '释放任务跳过：内容令人不适'],
  ['prompt_drop', 'too_few_responses', '剔除可用的回答太少'],
  ['prompt_adjudicate', '按指南 3.2: 正确者优先', '裁定按指南 3.2: 正确者优先'],
])('tells %s because of “%s” in words', (kind, reason, told) => {
  render(<History events={[event(kind, reason)]} />)
  expect(screen.getByRole('listitem')).toHaveTextContent(told)
})
