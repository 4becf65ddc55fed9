import { diffTexts, type DiffPart, type DiffUnit } from './textDiff'
import type { DiffRequest } from './textDiff.worker'

interface Waiting extends DiffRequest {
  answer: (parts: DiffPart[]) => void
}

let worker: Worker | null = null
let asked = 0
const waiting = new Map<number, Waiting>()

/** Compares two texts in a worker, so that the page goes on; without one (a browser may refuse it), after the next paint. */
export function diffInBackground(a: string, b: string, unit: DiffUnit): Promise<DiffPart[]> {
  return new Promise((answer) => {
    const id = (asked += 1)
    waiting.set(id, { id, a, b, unit, answer })
    try {
      worker ??= started()
      worker.postMessage({ id, a, b, unit } satisfies DiffRequest)
    } catch {
      compareHere()
    }
  })
}

function started(): Worker {
  const fresh = new Worker(new URL('./textDiff.worker.ts', import.meta.url), { type: 'module' })
  fresh.onmessage = ({ data }: MessageEvent<{ id: number; parts: DiffPart[] }>) => settle(data.id, data.parts)
  fresh.onerror = () => {
    worker = null
    compareHere()
  }
  return fresh
}

function settle(id: number, parts: DiffPart[]): void {
  waiting.get(id)?.answer(parts)
  waiting.delete(id)
}

function compareHere(): void {
  setTimeout(() => {
    for (const { id, a, b, unit } of [...waiting.values()]) settle(id, diffTexts(a, b, unit))
  })
}
