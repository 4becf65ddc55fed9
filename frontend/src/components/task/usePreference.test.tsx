import { act, renderHook } from '@testing-library/react'
import { beforeEach, expect, it, vi } from 'vitest'
import { useNumber, usePreference } from './usePreference'

beforeEach(() => localStorage.clear())

it('is the same for whatever is on the page already, and for what comes later', () => {
  const ask = () => renderHook(() => usePreference('view', ['columns', 'stacked']))
  const [one, other] = [ask(), ask()]
  act(() => one.result.current[1]('stacked'))
  expect(other.result.current[0]).toBe('stacked')
  expect(ask().result.current[0]).toBe('stacked')
})

it('falls back where what is stored makes no sense, and keeps numbers within their range', () => {
  localStorage.setItem('cheems.workbench.size', 'large')
  const { result } = renderHook(() => useNumber('size', { min: 10, max: 20, fallback: 14 }))
  expect(result.current[0]).toBe(14)
  act(() => result.current[1](99))
  expect(result.current[0]).toBe(20)
})

it('holds while the page is open where the browser has no room', () => {
  const setItem = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  const { result } = renderHook(() => usePreference('view', ['columns', 'stacked']))
  act(() => result.current[1]('stacked'))
  expect(result.current[0]).toBe('stacked')
  setItem.mockRestore()
  act(() => result.current[1]('columns'))
  expect(localStorage.getItem('cheems.workbench.view')).toBe('columns')
})
