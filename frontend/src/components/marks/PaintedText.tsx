import { toUnits, type TextSpan } from '@/lib/offsets'
import { useMemo, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ResponseText } from '@/components/ResponseText'
import styles from './marks.module.css'
import { usePaintedText, type Layers } from './usePaintedText'

interface Props {
  response: { id: number; text: string; masks?: readonly TextSpan[] }
  raw?: boolean
  /** What is painted in it; the same object as long as nothing changed */
  layers: Layers
  /** What shows the text in place of its usual form, every character with its place */
  children?: ReactNode
}

/** A response's text with passages painted in it, and what the bars stand for that hide a model's name. */
export function PaintedText({ response: { id, text, masks }, raw = false, layers, children }: Props) {
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const all = useMemo(() => ({ ...layers, mask: (masks ?? []).map((mask) => toUnits(text, mask)) }), [layers, masks, text])
  const hidden = all.mask[0]
  usePaintedText(frame, all)
  return (
    <>
      <div ref={frame} data-text={id}>
        {children || <ResponseText text={text} raw={raw} />}
      </div>
      {hidden && (
        <p className={styles.legend} data-testid="mask-legend">
          <span aria-hidden>{text.slice(hidden.start, hidden.end)} </span>
          {t('marking.masked', { count: all.mask.length })}
        </p>
      )}
    </>
  )
}
