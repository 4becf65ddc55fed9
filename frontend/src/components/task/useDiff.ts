import { diffInBackground } from '@/lib/diffInBackground'
import { diffTexts, type DiffPart, type DiffUnit } from '@/lib/textDiff'
import { useEffect, useMemo, useState } from 'react'

/** Characters of both texts that are compared within a frame */
const AT_ONCE = 1_000

/** The parts of two texts; null while they are being compared, which for long ones happens beside the page. */
export function useDiff(a: string, b: string, unit: DiffUnit): DiffPart[] | null {
  const short = a.length + b.length <= AT_ONCE || a === b
  const atOnce = useMemo(() => (short ? diffTexts(a, b, unit) : null), [short, a, b, unit])
  const [later, setLater] = useState<{ a: string; b: string; unit: DiffUnit; parts: DiffPart[] } | null>(null)
  useEffect(() => {
    if (short) return
    let wanted = true
    void diffInBackground(a, b, unit).then((parts) => wanted && setLater({ a, b, unit, parts }))
    return () => {
      wanted = false
    }
  }, [short, a, b, unit])
  if (atOnce) return atOnce
  return later?.a === a && later.b === b && later.unit === unit ? later.parts : null
}
