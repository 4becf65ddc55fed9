import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { noteReached } from './connection'
import { reloadForParts, watchBuild } from './newBuild'
import { guardLeaving } from './unsaved'

const reload = vi.fn()
const part = () => window.dispatchEvent(new Event('vite:preloadError'))

beforeEach(() => {
  sessionStorage.clear()
  reload.mockClear()
})

afterEach(() => noteReached(true))

it('a page loads itself anew only when a part of it is missing, and not in a circle', () => {
  watchBuild()
  reloadForParts(reload)
  expect(reload).not.toHaveBeenCalled()
  part()
  reloadForParts(reload)
  reloadForParts(reload)
  expect(reload).toHaveBeenCalledTimes(1)
})

it('it does not while the server is away or something would be lost', () => {
  part()
  noteReached(false)
  reloadForParts(reload)
  noteReached(true)
  const done = guardLeaving(() => true)
  reloadForParts(reload)
  expect(reload).not.toHaveBeenCalled()
  done()
  reloadForParts(reload)
  expect(reload).toHaveBeenCalledTimes(1)
})
