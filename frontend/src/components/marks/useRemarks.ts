import type { Schemas } from '@/api/types'
import { toUnits } from '@/lib/offsets'
import { useCallback, useEffect, useState } from 'react'
import { faultLayers } from './faultLayers'
import { frameOf, showSpan } from './showSpan'
import type { Layers } from './usePaintedText'

/** To researchers also what was noted, and what was rejected since. */
export type Remark = Schemas['Remark'] & Partial<Pick<Schemas['PromptRemark'], 'id' | 'current' | 'notes'>>
export type SaidFault = Schemas['SaidFault']

interface Place {
  response: number
  start: number
  end: number
}

/** Those that say anything. */
export function saying(remarks: readonly Remark[]): Remark[] {
  return remarks.filter((said) => said.none_acceptable || said.faults.length > 0 || said.evidence.length > 0 || said.notes)
}

/** The marks that are painted together: what a pass holds, or one rejected answer. */
export function layerOf({ pass, current = true, id }: Remark): string {
  return current ? String(pass) : `${pass}-${id}`
}

/** Whose marks are painted in the texts, and the one that was gone to. */
export function useRemarks(remarks: readonly Remark[], responses: readonly { id: number; text: string }[]) {
  const [layer, setLayer] = useState<string | null>(null)
  const [target, setTarget] = useState<Place | null>(null)
  // Once its text is on the page.
  useEffect(() => {
    const [text, frame] = [responses.find(({ id }) => id === target?.response)?.text, target && frameOf(target.response)]
    if (target && frame && text !== undefined) showSpan(frame, toUnits(text, target))
  }, [target, responses])
  const layersOf = useCallback(
    ({ id, text }: { id: number; text: string }): Layers => {
      const faults = remarks.filter((remark) => layerOf(remark) === layer).flatMap((remark) => remark.faults)
      const here = faults.filter(({ response }) => response === id)
      return faultLayers(here.map((fault) => ({ span: toUnits(text, fault), severity: fault.severity })))
    },
    [remarks, layer],
  )
  return {
    layer,
    /** Paints the marks of one layer, or none */
    choose: setLayer,
    /** The response whose text must be on the page */
    also: target?.response,
    layersOf,
    goTo(remark: Remark, fault: SaidFault) {
      setLayer(layerOf(remark))
      setTarget({ ...fault })
    },
  }
}

export type RemarksView = ReturnType<typeof useRemarks>
