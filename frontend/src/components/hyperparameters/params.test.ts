import type { Hyperparameter } from '@/api/runs'
import { describe, expect, it } from 'vitest'
import { prefill, refill, splitCommon, toParams } from './params'

const number = (name: string, standard: number | null): Hyperparameter => ({
  name,
  type: 'float',
  default: standard,
  min: 0,
  max: null,
  choices: [],
})
const HYPERPARAMETERS = [
  number('seed', 42),
  number('epochs', 2),
  number('max_steps', null),
  number('learning_rate', 5e-6),
]

const DEFAULTS = prefill(HYPERPARAMETERS, {})

describe('splitCommon', () => {
  it('puts the common ones first, in our order, and loses none', () => {
    const { common, advanced } = splitCommon(HYPERPARAMETERS)
    expect(common.map(({ name }) => name)).toEqual(['learning_rate', 'epochs'])
    expect(advanced.map(({ name }) => name)).toEqual(['seed', 'max_steps'])
  })
})

describe('refill', () => {
  const before = prefill(HYPERPARAMETERS, { epochs: 6, learning_rate: 0.001 })

  it('fills in what the next base recommends, and the defaults of the rest', () => {
    const after = prefill(HYPERPARAMETERS, { learning_rate: 1e-5 })
    expect(refill(before, before, after)).toEqual({ seed: 42, epochs: 2, max_steps: null, learning_rate: 1e-5 })
  })

  it('leaves alone what somebody changed, an emptied field included', () => {
    const values = { ...before, epochs: 9, learning_rate: null }
    expect(refill(values, before, DEFAULTS)).toMatchObject({ epochs: 9, learning_rate: null })
  })
})

describe('toParams', () => {
  it('asks for nothing where everything stands at its default', () => {
    expect(toParams(HYPERPARAMETERS, DEFAULTS)).toEqual({})
  })

  it('carries what was changed, zero and false included', () => {
    const values = { ...DEFAULTS, seed: 0, max_steps: 10 }
    expect(toParams(HYPERPARAMETERS, values)).toEqual({ seed: 0, max_steps: 10 })
  })

  it('leaves out a field that was emptied, so that its default holds', () => {
    expect(toParams(HYPERPARAMETERS, { epochs: null, seed: 7 })).toEqual({ seed: 7 })
  })

  it('leaves out what the server does not know', () => {
    expect(toParams(HYPERPARAMETERS, { lora: 8 })).toEqual({})
  })
})
