import { Button, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Draft, Missing } from './decision'
import styles from './qa.module.css'

interface Props {
  draft: Draft
  missing: Missing | null
  /** Differing comparisons without a verdict */
  left: number
  pending: boolean
  onDraft: (draft: Draft) => void
  onConfirm: () => void
}

/** Why it was decided so, by which clause of the guideline, and the button that records it. */
export function DecisionBar({ draft, missing, left, pending, onDraft, onConfirm }: Props) {
  const { t } = useTranslation()
  return (
    <>
      <div className={styles.decision}>
        <Input.TextArea
          autoSize={{ minRows: 1, maxRows: 4 }}
          maxLength={2000}
          value={draft.reason}
          placeholder={t('qa.reason')}
          aria-label={t('qa.reason')}
          onChange={(event) => onDraft({ ...draft, reason: event.target.value })}
          data-testid="decision-reason"
        />
        <Input
          value={draft.clause}
          maxLength={100}
          placeholder={t('qa.clause')}
          aria-label={t('qa.clause')}
          onChange={(event) => onDraft({ ...draft, clause: event.target.value })}
          data-testid="decision-clause"
        />
        <Button
          type="primary"
          disabled={missing !== null}
          loading={pending}
          onClick={onConfirm}
          data-testid="decision-confirm"
        >
          {t('qa.confirm')} <kbd>⏎</kbd>
        </Button>
      </div>
      {missing && (
        <p className={styles.missing} data-testid="decision-missing">
          {missing === 'verdicts' ? t('qa.missing.verdicts', { count: left }) : t('qa.missing.reason')}
        </p>
      )}
    </>
  )
}
