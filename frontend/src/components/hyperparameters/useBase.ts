import type { FormInstance } from 'antd'
import { useState } from 'react'
import { prefill, refill, type Params } from './params'
import type { Options } from './TrainingOptions'

type SettingsForm = Pick<FormInstance<{ params: Params }>, 'getFieldsValue' | 'setFieldsValue'>

/** The base that a form starts from, and what it recommends; another one fills in anew what still stands as filled in. */
export function useBase(form: SettingsForm, { bases, hyperparameters }: Options, initial = bases.default) {
  const [base, setBase] = useState(initial)
  const recommendedBy = (name: string): Params => bases.results.find((one) => one.name === name)?.params ?? {}
  const recommended = recommendedBy(base)
  const changeBase = (next: string) => {
    const before = prefill(hyperparameters, recommended)
    const after = prefill(hyperparameters, recommendedBy(next))
    form.setFieldsValue({ params: refill(form.getFieldsValue().params, before, after) })
    setBase(next)
  }
  return { base, recommended, changeBase }
}
