import { useEffect, useEffectEvent, useRef } from 'react'

/** Asks anew whenever an answer was handed in or has arrived; `unsent` are those on their way. */
export function useArrivals(unsent: number, refetch: () => unknown): void {
  const seen = useRef(unsent)
  const changed = useEffectEvent(() => {
    if (seen.current !== unsent) void refetch()
    seen.current = unsent
  })
  useEffect(() => changed(), [unsent])
}
