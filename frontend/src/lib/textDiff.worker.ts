/** Compares texts beside the page, which stays responsive: see diffInBackground. */
import { diffTexts, type DiffUnit } from './textDiff'

export interface DiffRequest {
  id: number
  a: string
  b: string
  unit: DiffUnit
}

self.onmessage = ({ data: { id, a, b, unit } }: MessageEvent<DiffRequest>) => {
  self.postMessage({ id, parts: diffTexts(a, b, unit) })
}
