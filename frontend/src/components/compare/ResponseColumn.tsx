import { LetterBadge } from '@/components/LetterBadge'
import { ResponseText } from '@/components/ResponseText'
import { TextDiff } from '@/components/TextDiff'
import { hueAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import type { DiffPart } from '@/lib/textDiff'
import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'
import type { ComparedRow, ShownResponse } from './verdicts'

interface Props {
  response: ShownResponse
  index: number
  focused: Pick<ComparedRow, 'response_a' | 'response_b' | 'verdicts'> | undefined
  parts: readonly DiffPart[] | null
  raw: boolean
}

/** One response under its letter, with what each pass scored it in the comparison at hand. */
export function ResponseColumn({ response, index, focused, parts, raw }: Props) {
  const { t } = useTranslation()
  const side = response.id === focused?.response_a ? 'a' : response.id === focused?.response_b ? 'b' : null
  const scores = side
    ? focused?.verdicts.map((said) => ({ by: said.by, pass: said.pass, score: side === 'a' ? said.score_a : said.score_b }))
    : []
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
      <div data-response={response.id}>
        {parts && side ? <TextDiff parts={parts} side={side} /> : <ResponseText text={response.text} raw={raw} />}
      </div>
    </div>
  )
}
