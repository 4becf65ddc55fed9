import styles from '@/components/compare/compare.module.css'
import { ReasonFields } from '@/components/compare/ReasonFields'
import { Button, type InputRef } from 'antd'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { Draft, Missing } from './decision'

interface Props {
  draft: Draft
  missing: Missing | null
  /** Differences without a verdict */
  left: number
  pending: boolean
  field: Ref<InputRef>
  onDraft: (draft: Draft) => void
  onConfirm: () => void
}

/** Why it was decided so, by which clause of the guideline, and the button that records it. */
export function DecisionBar({ draft, missing, left, pending, field, onDraft, onConfirm }: Props) {
  const { t } = useTranslation()
  return (
    <>
      <ReasonFields prefix="decision" value={draft} field={field} onChange={(given) => onDraft({ ...draft, ...given })}>
        <Button
          type="primary"
          disabled={missing !== null}
          loading={pending}
          onClick={onConfirm}
          data-testid="decision-confirm"
        >
          {t('qa.confirm')} <kbd>⌃⏎</kbd>
        </Button>
      </ReasonFields>
      {missing && (
        <p className={styles.missing} data-testid="decision-missing">
          {missing === 'verdicts' ? t('qa.missing.verdicts', { count: left }) : t('qa.missing.reason')}
        </p>
      )}
    </>
  )
}
