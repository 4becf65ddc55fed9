import { lanesOf } from '@/lib/lanes'
import type { TextSpan } from '@/lib/offsets'
import { SEVERITIES, type Severity } from '@/components/task/content'
import type { Layers } from './usePaintedText'

/** The layers of marked faults: by severity, and by line where they overlap. */
export function faultLayers(faults: readonly { span: TextSpan; severity: Severity }[]): Layers {
  const lanes = lanesOf(faults.map(({ span }) => span))
  const layers: Record<string, TextSpan[]> = {}
  for (const severity of SEVERITIES) {
    faults.forEach((fault, index) => {
      if (fault.severity === severity) (layers[`fault-${severity}-${lanes[index] ?? 0}`] ??= []).push(fault.span)
    })
  }
  return layers
}
