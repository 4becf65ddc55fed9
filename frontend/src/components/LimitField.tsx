import { Failure } from '@/components/Failure'
import type { UseMutationResult } from '@tanstack/react-query'
import { InputNumber } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

const MOST = 10_000

interface Props {
  label: string
  value: number | null
  /** Sets the limit; null for none */
  change: UseMutationResult<unknown, Error, number | null>
  testid: string
}

/** How many tasks a day at most; empty is no limit. Saved when one leaves the field or presses Enter. */
export function LimitField({ label, value, change, testid }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(value)
  const save = () => {
    if (typed !== value) change.mutate(typed, { onError: () => setTyped(value) })
  }
  return (
    <span>
      <InputNumber<number>
        size="small"
        min={0}
        max={MOST}
        precision={0}
        value={typed}
        prefix={label}
        placeholder={t('people.noLimit')}
        aria-label={label}
        disabled={change.isPending}
        onChange={setTyped}
        onBlur={save}
        onPressEnter={save}
        style={{ width: 170 }}
        data-testid={testid}
      />
      <Failure error={change.error} />
    </span>
  )
}
