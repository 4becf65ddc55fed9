import type { Project } from '@/api/projects'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { afterEach, expect, it, vi } from 'vitest'
import { SettingsForm } from './ProtocolSettings'
import { GROUPS } from './protocol'

const PROJECT = {
  ...Object.fromEntries(GROUPS.flatMap(({ fields }) => fields.map(({ name }) => [name, 1] as const))),
  id: 1,
  name: '示例',
  roles: ['owner'],
  paused: null,
  description: '',
  languages: ['zh'],
  agreement_measure: 'exact',
  responses_per_task: 3,
  gold_min: 8,
  gold_window: 20,
  daily_limit: null,
} as unknown as Project

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('sends what was changed, and shows at the field what the server refuses of it', async () => {
  const sent: string[] = []
  vi.stubGlobal('fetch', async (call: Request) => {
    sent.push(await call.text())
    const errors = [{ field: 'gold_min', code: 'invalid', message: '窗口装不下这么多题' }]
    return new Response(JSON.stringify({ code: 'invalid', message: '填写有误', errors }), { status: 400 })
  })
  render(
    <QueryClientProvider client={new QueryClient()}>
      <App>
        <SettingsForm project={PROJECT} />
      </App>
    </QueryClientProvider>,
  )
  fireEvent.change(screen.getByTestId('setting-gold_min'), { target: { value: '30' } })
  fireEvent.click(screen.getByTestId('settings-save'))
  await waitFor(() => expect(sent).toEqual(['{"gold_min":30}']))
  const field = screen.getByTestId('setting-gold_min').closest('.ant-form-item')
  await waitFor(() => expect(field).toHaveTextContent('窗口装不下这么多题'))
})
