import type { PromptResponse } from '@/api/prompts'
import { LetterBadge } from '@/components/LetterBadge'
import { PaintedText } from '@/components/marks/PaintedText'
import type { RemarksView } from '@/components/marks/useRemarks'
import { Section } from '@/components/Page'
import { hueAt } from '@/lib/hues'
import { characterCount } from '@/lib/markdown'
import { Tag } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './prompt.module.css'

interface Props {
  responses: readonly PromptResponse[]
  /** Whose marks are painted in the texts */
  view: RemarksView
}

/** The responses in full, under their letters, with model, tier and length. */
export function ResponseList({ responses, view }: Props) {
  const { t } = useTranslation()
  if (responses.length === 0) return <Section title={t('prompt.responses')}>{t('prompt.noResponses')}</Section>
  return (
    <Section title={t('prompt.responses')}>
      <div className={styles.responses}>
        {responses.map((response, index) => (
          <article
            key={response.id}
            className={styles.response}
            style={{ borderTopColor: hueAt(index) }}
            data-testid={`response-${response.label}`}
          >
            <header className={styles.responseHead}>
              <LetterBadge index={index} />
              {response.tier !== null && <strong>{t('prompt.tier', { tier: response.tier })}</strong>}
              {response.discarded && <Tag>{t('prompt.discarded')}</Tag>}
              <span>{t('prompt.characters', { count: characterCount(response.text) })}</span>
              {response.model && <code>{response.model}</code>}
            </header>
            <Painted response={response} view={view} />
          </article>
        ))}
      </div>
    </Section>
  )
}

function Painted({ response, view: { layersOf } }: { response: PromptResponse; view: RemarksView }) {
  const layers = useMemo(() => layersOf(response), [layersOf, response])
  return <PaintedText response={response} layers={layers} />
}
