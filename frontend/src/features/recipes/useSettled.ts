import { useEffect, useState } from 'react'

/** The value once it has been still for so many milliseconds, as a slider's is when it is let go or held. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
