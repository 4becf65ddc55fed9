import { LetterBadge } from '@/components/LetterBadge'
import { PaintedText } from '@/components/marks/PaintedText'
import type { Layers } from '@/components/marks/usePaintedText'
import { TextDiff } from '@/components/TextDiff'
import { hueAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import type { DiffPart } from '@/lib/textDiff'
import { Tag } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'
import type { ComparedRow, ShownResponse } from './verdicts'

interface Props {
  response: ShownResponse
  index: number
  focused: Pick<ComparedRow, 'response_a' | 'response_b' | 'verdicts'> | undefined
  parts: readonly DiffPart[] | null
  layersOf: (response: ShownResponse) => Layers
}

/** One response under its letter, with what each pass scored it in the comparison at hand. */
export function ResponseColumn({ response, index, focused, parts, layersOf }: Props) {
  const { t } = useTranslation()
  const side = response.id === focused?.response_a ? 'a' : response.id === focused?.response_b ? 'b' : null
  const scores = side
    ? focused?.verdicts.map((said) => ({ by: said.by, pass: said.pass, score: side === 'a' ? said.score_a : said.score_b }))
    : []
  const layers = useMemo(() => layersOf(response), [layersOf, response])
  return (
    <div className={styles.text} style={{ borderTopColor: hueAt(index) }} data-testid={`response-${response.label}`}>
      <div className={styles.textHead}>
        <LetterBadge index={index} />
        {t('qa.characters', { count: characterCount(response.text) })}
        {response.discarded && <Tag>{t('qa.discarded')}</Tag>}
        <span className={styles.push}>
          {scores?.map(({ by, pass, score }) => (
            <span key={pass} className={styles.score}>
              {by} <strong>{score ?? '–'}</strong>
            </span>
          ))}
        </span>
      </div>
      <PaintedText response={response} layers={layers}>
        {parts && side && <TextDiff parts={parts} side={side} />}
      </PaintedText>
    </div>
  )
}
