import type { DisputedDiscard } from '@/api/disputes'
import { FocusRow } from '@/components/compare/FocusRow'
import { LetterBadge } from '@/components/LetterBadge'
import { letterAt } from '@/lib/hues'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from '@/components/compare/compare.module.css'

interface Props {
  discard: DisputedDiscard
  index: number
  focused: boolean
  /** Whether the response is to be discarded; undefined while open */
  chosen: boolean | undefined
  disabled: boolean
  onFocus: () => void
  onChoose: (discarded: boolean) => void
}

/** A response that some passes marked as meaningless and others did not: keep it, or discard it. */
export function DiscardRow({ discard, index, focused, chosen, disabled, onFocus, onChoose }: Props) {
  const { t } = useTranslation()
  const word = (marked: boolean) => t(marked ? 'qa.discard.discard' : 'qa.discard.keep')
  return (
    <FocusRow focused={focused} testid={`discard-${discard.response}`}>
      <td>
        <button type="button" className={styles.pair} onClick={onFocus} aria-label={t('qa.discard.of', { label: letterAt(index) })}>
          <LetterBadge index={index} /> {t('qa.discard.title')}
        </button>
      </td>
      {discard.passes.map(({ pass, marked }) => (
        <td key={pass} className={styles.verdict}>
          {word(marked)}
        </td>
      ))}
      <td>
        {!disabled && (
          <span className={styles.choices}>
            {discard.passes.map(({ pass, marked }, place) => (
              <Button
                key={pass}
                size="small"
                type={chosen === marked ? 'primary' : 'default'}
                aria-pressed={chosen === marked}
                onClick={() => onChoose(marked)}
                data-testid={`discard-${discard.response}-${marked ? 'discard' : 'keep'}`}
              >
                {chosen === marked && '✓ '}
                {word(marked)} <kbd>{place + 1}</kbd>
              </Button>
            ))}
          </span>
        )}
      </td>
    </FocusRow>
  )
}
