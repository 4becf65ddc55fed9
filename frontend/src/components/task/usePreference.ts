import { useState } from 'react'

/** A choice of this person's, remembered in this browser. */
export function usePreference<T extends string>(name: string, choices: readonly [T, ...T[]]): [T, (value: T) => void] {
  const key = `cheems.workbench.${name}`
  const [value, setValue] = useState<T>(() => choices.find((choice) => choice === localStorage.getItem(key)) ?? choices[0])
  const change = (next: T) => {
    localStorage.setItem(key, next)
    setValue(next)
  }
  return [value, change]
}
