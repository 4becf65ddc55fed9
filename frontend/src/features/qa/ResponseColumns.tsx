import type { DisputeComparison, DisputeResponse } from '@/api/disputes'
import { LetterBadge } from '@/components/LetterBadge'
import { ResponseText } from '@/components/ResponseText'
import { hueAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './qa.module.css'

interface Props {
  responses: readonly DisputeResponse[]
  focused: DisputeComparison | undefined
  position: (response: number) => number
}

/** Full texts side by side: the two of the focused comparison, or all of them with those two first. */
export function ResponseColumns({ responses, focused, position }: Props) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const inPair = ({ id }: DisputeResponse) => id === focused?.response_a || id === focused?.response_b
  const pair = responses.filter(inPair)
  const shown = all ? [...pair, ...responses.filter((response) => !inPair(response))] : pair
  return (
    <section aria-label={t('qa.responses')}>
      <div className={styles.textsHead}>
        {t('qa.responses')}
        <Segmented
          size="small"
          value={all}
          options={[
            { value: false, label: t('qa.pairOnly') },
            { value: true, label: t('qa.allResponses', { count: responses.length }) },
          ]}
          onChange={setAll}
        />
      </div>
      <div className={styles.texts}>
        {shown.map((response) => (
          <div
            key={response.id}
            className={styles.text}
            style={{ borderTopColor: hueAt(position(response.id)) }}
            data-testid={`response-${response.label}`}
          >
            <div className={styles.textHead}>
              <LetterBadge index={position(response.id)} />
              {t('qa.characters', { count: characterCount(response.text) })}
            </div>
            <ResponseText text={response.text} />
          </div>
        ))}
      </div>
    </section>
  )
}
