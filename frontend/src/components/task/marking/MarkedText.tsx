import type { Assignment } from '@/api/assignments'
import { faultLayers } from '@/components/marks/faultLayers'
import { PaintedText } from '@/components/marks/PaintedText'
import { letterAt } from '@/lib/hues'
import { toUnits } from '@/lib/offsets'
import { memo, useMemo } from 'react'
import type { Marking } from '@/components/task/useMarking'
import { FaultList } from './FaultList'

interface Props {
  index: number
  response: Assignment['responses'][number]
  raw: boolean
  marking: Marking
}

/** One response's text with all that is painted in it, and below it the faults marked in it. */
export function MarkedText({ index, response, raw, marking: { faults, finding, kinds, returned } }: Props) {
  const { text, id } = response
  const marked = useMemo(() => faults.all.filter((fault) => fault.response === id), [faults.all, id])
  const { draft, caret } = faults
  const chosen = draft ?? caret
  const hits = finding.hits[index]
  const current = finding.current?.index === index ? finding.current.span : null
  const caretSpan = chosen?.response.id === id ? chosen.span : null
  const layers = useMemo(
    () => ({
      ...faultLayers(marked.map((fault) => ({ span: toUnits(text, fault), severity: fault.severity }))),
      returned: returned.filter((span) => span.response === id).map((span) => toUnits(text, span)),
      found: hits ?? [],
      'found-current': current ? [current] : [],
      caret: caretSpan ? [caretSpan] : [],
    }),
    [marked, text, id, returned, hits, current, caretSpan],
  )
  return (
    <>
      <Painted response={response} raw={raw} layers={layers} />
      <FaultList
        letter={letterAt(index)}
        response={response}
        faults={marked}
        kinds={kinds}
        onEdit={faults.edit}
        onRemove={faults.remove}
      />
    </>
  )
}

/** Nothing of a text is rendered again because of a key pressed elsewhere. */
const Painted = memo(PaintedText)
