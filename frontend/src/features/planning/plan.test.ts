import { describe, expect, it } from 'vitest'
import { FIELD_NAMES, toPlan, type Field } from './plan'

const address = (given: Partial<Record<Field | 'along', string>>) => ({
  ...(Object.fromEntries([...FIELD_NAMES, 'along'].map((name) => [name, null])) as Record<Field | 'along', null>),
  ...given,
})

describe('a plan in the address', () => {
  it('is sent as it is, without what is not in it', () => {
    expect(toPlan(address({ prompts: '500', noise: '0.4', along: 'passes' }))).toEqual({
      prompts: 500,
      noise: 0.4,
      along: 'passes',
    })
  })

  it('loses what the server would not take', () => {
    expect(toPlan(address({ prompts: '0', people: 'many', passes: '9', along: 'people' }))).toEqual({
      along: undefined,
    })
  })
})
