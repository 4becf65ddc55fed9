import type { Project } from '@/api/projects'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MarkingForm } from './MarkingSettings'

const FACTUAL = { key: 'factual', zh: '事实错误', en: 'Factual error' }
const UNSAFE = { key: 'unsafe', zh: '不安全', en: 'Unsafe' }
const FORMAT = { key: 'format', zh: '格式问题', en: 'Format' }
const PROJECT = {
  id: 1,
  fault_kinds: [FACTUAL, UNSAFE, FORMAT],
  mask_names: ['通义千问', '豆包?'],
} as unknown as Project

let sent: unknown[] = []
let refusal: { field: string; code: string; message: string }[] = []

beforeEach(() => {
  sent = []
  refusal = []
  vi.stubGlobal('fetch', async (call: Request) => {
    const body = JSON.parse(await call.text()) as object
    sent.push(body)
    if (refusal.length === 0) return new Response(JSON.stringify({ ...PROJECT, ...body }))
    return new Response(JSON.stringify({ code: 'invalid', message: '填写有误', errors: refusal }), { status: 400 })
  })
  render(
    <QueryClientProvider client={new QueryClient()}>
      <App>
        <MarkingForm project={PROJECT} />
      </App>
    </QueryClientProvider>,
  )
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const field = (testid: string): HTMLInputElement => screen.getByTestId(testid)
const type = (testid: string, value: string) => fireEvent.change(field(testid), { target: { value } })
const save = () => fireEvent.click(screen.getByTestId('marking-save'))
const keys = () => [0, 1, 2].map((index) => field(`kind-key-${index}`).value)

describe('the kinds of fault', () => {
  it('move by buttons and by keys, the focus with them, and stay where they are at the ends', () => {
    fireEvent.click(screen.getByTestId('kind-down-0'))
    expect(keys()).toEqual(['unsafe', 'factual', 'format'])
    field('kind-zh-1').focus()
    fireEvent.keyDown(field('kind-zh-1'), { code: 'ArrowDown', altKey: true })
    expect(keys()).toEqual(['unsafe', 'format', 'factual'])
    expect(field('kind-zh-2')).toHaveFocus()
    fireEvent.keyDown(field('kind-zh-2'), { code: 'ArrowDown', altKey: true })
    fireEvent.keyDown(field('kind-zh-2'), { code: 'ArrowUp' })
    expect(keys()).toEqual(['unsafe', 'format', 'factual'])
    screen.getByTestId('kind-up-2').focus()
    fireEvent.keyDown(screen.getByTestId('kind-up-2'), { code: 'ArrowUp' })
    expect(keys()).toEqual(['unsafe', 'factual', 'format'])
    expect(screen.getByTestId('kind-up-1')).toHaveFocus()
  })

  it('are sent as they stand, with what was added and without what was removed; names alone stay unsent', async () => {
    fireEvent.click(screen.getByTestId('kind-remove-1'))
    fireEvent.click(screen.getByTestId('kind-add'))
    type('kind-zh-2', ' 啰嗦 ')
    type('kind-en-2', 'Wordy')
    type('kind-key-2', 'wordy')
    save()
    await waitFor(() =>
      expect(sent).toEqual([{ fault_kinds: [FACTUAL, FORMAT, { key: 'wordy', zh: '啰嗦', en: 'Wordy' }] }]),
    )
  })

  it('need all three texts and a plain key before anything is sent', async () => {
    type('kind-zh-0', ' ')
    type('kind-key-1', '不安全')
    save()
    await screen.findByText('只用小写字母、数字、_ 和 -')
    expect(field('kind-zh-0').closest('.ant-form-item')).toHaveTextContent('请填写')
    expect(sent).toEqual([])
  })

  it('show what the server refuses: of one at its field, of all below the list', async () => {
    refusal = [
      { field: 'fault_kinds', code: 'invalid', message: '标识重复' },
      { field: 'fault_kinds.1.en', code: 'invalid', message: '名称太长' },
    ]
    type('kind-key-1', 'factual')
    save()
    await waitFor(() => expect(field('kind-en-1').closest('.ant-form-item')).toHaveTextContent('名称太长'))
    const list = screen.getByTestId('fault-kinds')
    expect(list).toHaveTextContent('标识重复')
    expect(field('kind-key-1')).toHaveValue('factual')
  })
})

describe('the names to mask', () => {
  it('stand one on a line, are counted, and are sent without empty lines and blanks around them', async () => {
    expect(field('setting-mask_names')).toHaveValue('通义千问\n豆包?')
    type('setting-mask_names', '通义千问\n\n  Qwen \nOpen Assistant\n')
    await waitFor(() => expect(screen.getByTestId('mask-count')).toHaveTextContent('共 3 个名字'))
    save()
    await waitFor(() => expect(sent).toEqual([{ mask_names: ['通义千问', 'Qwen', 'Open Assistant'] }]))
    await waitFor(() => expect(field('setting-mask_names')).toHaveValue('通义千问\nQwen\nOpen Assistant'))
  })

  it('may be none', async () => {
    type('setting-mask_names', ' \n')
    save()
    await waitFor(() => expect(sent).toEqual([{ mask_names: [] }]))
  })

  it('show at the field what the server refuses, and keep the text', async () => {
    refusal = [{ field: 'mask_names.1', code: 'max_length', message: '名字太长' }]
    type('setting-mask_names', '通义千问\n很长的名字')
    save()
    const item = field('setting-mask_names').closest('.ant-form-item')
    await waitFor(() => expect(item).toHaveTextContent('名字太长'))
    expect(field('setting-mask_names')).toHaveValue('通义千问\n很长的名字')
  })
})
