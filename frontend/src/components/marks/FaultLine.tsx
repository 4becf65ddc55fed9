import { useTranslation } from 'react-i18next'
import type { Severity } from '@/components/task/content'
import styles from './marks.module.css'

/** The most of a marked passage that a list shows. */
const SHOWN = 60

interface Props {
  fault: { severity: Severity; note: string }
  kind: string
  text: string
}

/** A fault in a list: how grave, of what kind, where, and why. */
export function FaultLine({ fault: { severity, note }, kind, text }: Props) {
  const { t } = useTranslation()
  const characters = Array.from(text.replace(/\s+/g, ' '))
  return (
    <>
      <span className={styles.severity}>{t(`marking.severity.${severity}`)}</span> · {kind}{' '}
      <q>{characters.length > SHOWN ? `${characters.slice(0, SHOWN).join('')}…` : characters.join('')}</q>
      {note && <span className={styles.note}>{note}</span>}
    </>
  )
}
