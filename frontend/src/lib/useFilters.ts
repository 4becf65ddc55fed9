import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'

type Filters<Name extends string> = Record<Name, string | null>

/** The filters that the address holds, null where unset, and how to set some of them (null or '' takes one out). */
export function useFilters<Name extends string>(
  ...names: readonly Name[]
): [Filters<Name>, (changes: Partial<Filters<Name>>) => void] {
  const [params, setParams] = useSearchParams()
  const key = names.join()
  const filters = useMemo(
    () => Object.fromEntries(key.split(',').map((name) => [name, params.get(name)])) as Filters<Name>,
    [key, params],
  )
  const change = useCallback(
    (changes: Partial<Filters<Name>>) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries<string | null | undefined>(changes)) {
            if (value) after.set(name, value)
            else after.delete(name)
          }
          return after
        },
        { replace: true },
      ),
    [setParams],
  )
  return [filters, change]
}
