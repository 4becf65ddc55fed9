import { isComposing } from '@/lib/keyboard'
import { recentReasons, type GivenReason } from '@/lib/recentReasons'
import { Input, type InputRef } from 'antd'
import { useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'

interface Props {
  value: GivenReason
  onChange: (value: GivenReason) => void
  /** The reason's field, to be focused once everything else is settled */
  field?: Ref<InputRef>
  /** Begins the test ids: <prefix>-reason, <prefix>-clause */
  prefix: string
  /** Whether a clause of the guideline is asked for */
  clause?: boolean
  /** The button that records it */
  children: ReactNode
}

/**
 * Why, and by which clause of the guideline. What was given before is one press away: down and up in the field go
 * through it, as long as nothing else was written.
 */
export function ReasonFields({ value, onChange, field, prefix, clause = true, children }: Props) {
  const { t } = useTranslation()
  const [recent] = useState(recentReasons)
  const pick = (given: GivenReason | undefined) => given && onChange({ ...given, clause: given.clause || value.clause })
  const browse = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const at = recent.findIndex(({ reason }) => reason === value.reason)
    if (!step || isComposing(event.nativeEvent) || recent.length === 0 || (value.reason !== '' && at < 0)) return
    event.preventDefault()
    pick(recent[(at < 0 && step < 0 ? 0 : at + step + recent.length) % recent.length])
  }
  return (
    <>
      <div className={clause ? styles.reason : `${styles.reason} ${styles.noClause}`}>
        <Input
          ref={field}
          maxLength={2000}
          value={value.reason}
          placeholder={recent.length > 0 ? t('qa.reasonRecent') : t('qa.reason')}
          aria-label={t('qa.reason')}
          onChange={(event) => onChange({ ...value, reason: event.target.value })}
          onKeyDown={browse}
          data-testid={`${prefix}-reason`}
        />
        {clause && (
          <Input
            value={value.clause}
            maxLength={100}
            placeholder={t('qa.clause')}
            aria-label={t('qa.clause')}
            onChange={(event) => onChange({ ...value, clause: event.target.value })}
            data-testid={`${prefix}-clause`}
          />
        )}
        <span className={styles.actions}>{children}</span>
      </div>
      {recent.length > 0 && (
        <div className={styles.recent} role="group" aria-label={t('qa.recent')}>
          {t('qa.recent')}
          {recent.map((given, index) => (
            <button
              key={`${given.reason} ${given.clause}`}
              type="button"
              title={given.reason}
              onClick={() => pick(given)}
              data-testid={`recent-reason-${index}`}
            >
              {[given.clause, given.reason].filter(Boolean).join(' · ')}
            </button>
          ))}
        </div>
      )}
    </>
  )
}
