import { LetterBadge } from '@/components/LetterBadge'
import { ResponseText } from '@/components/ResponseText'
import { hueAt } from '@/lib/hues'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './gold.module.css'
import type { TierNumbers } from './tiers'
import type { GoldPrompt } from './useGoldPrompt'

interface Props {
  responses: GoldPrompt['responses']
  numbers: TierNumbers
  focus: number
  onFocus: (index: number) => void
  onTier: (index: number, tier: number) => void
}

/** The responses side by side, each with the numbers of the tiers it may go to. */
export function TierColumns({ responses, numbers, focus, onFocus, onTier }: Props) {
  const { t } = useTranslation()
  const focused = useRef<HTMLElement>(null)
  useEffect(() => {
    focused.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [focus])
  return (
    <div className={styles.columns}>
      {responses.map(({ id, label, text }, index) => (
        <article
          key={id}
          ref={index === focus ? focused : null}
          className={styles.response}
          style={{ borderTopColor: hueAt(letterIndex(label)) }}
          aria-current={index === focus}
          onClick={() => onFocus(index)}
          data-testid={`gold-response-${label}`}
        >
          <header className={styles.head}>
            <LetterBadge index={letterIndex(label)} />
            <span role="group" aria-label={t('gold.tierOf', { response: label })}>
              {responses.map((_, tier) => (
                <button
                  key={tier}
                  type="button"
                  className={styles.tier}
                  aria-pressed={numbers[id] === tier + 1}
                  onClick={(event) => {
                    event.stopPropagation()
                    onTier(index, tier + 1)
                  }}
                  data-testid={`tier-${label}-${tier + 1}`}
                >
                  {tier + 1}
                </button>
              ))}
            </span>
          </header>
          <div className={styles.text}>
            <ResponseText text={text} />
          </div>
        </article>
      ))}
    </div>
  )
}

/** The display position that a letter stands for, which a response that was discarded before it does not change. */
const letterIndex = (label: string) => label.charCodeAt(0) - 65
