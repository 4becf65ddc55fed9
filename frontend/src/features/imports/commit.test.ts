import { describe, expect, it } from 'vitest'
import { commitBarrier } from './commit'

describe('commitBarrier', () => {
  it('lets a file without errors through', () => {
    expect(commitBarrier({ n_good: 3, n_bad: 0, keep_good: false })).toBeNull()
  })

  it('stops a file with bad lines, unless the good ones are to be kept', () => {
    expect(commitBarrier({ n_good: 3, n_bad: 1, keep_good: false })).toBe('bad')
    expect(commitBarrier({ n_good: 3, n_bad: 1, keep_good: true })).toBeNull()
  })

  it('stops a file without a good line in any case', () => {
    expect(commitBarrier({ n_good: 0, n_bad: 0, keep_good: false })).toBe('nothing')
    expect(commitBarrier({ n_good: 0, n_bad: 2, keep_good: true })).toBe('nothing')
  })
})
