import { isComposing } from '@/lib/keyboard'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './panels.module.css'

/** The two ways out of a panel */
export interface PanelExits {
  onClose: () => void
  /** Leads back from a field to the responses */
  onLeave: () => void
}

interface Props extends PanelExits {
  title: string
  /** What it is about, behind the title */
  subtitle?: ReactNode
  /** Stays while the rest scrolls */
  tools?: ReactNode
  wide?: boolean
  testid: string
  scrollRef?: Ref<HTMLDivElement>
  onScroll?: (top: number) => void
  children: ReactNode
}

/** A panel beside the responses. Escape leads out of its fields; pressed outside of fields it closes the panel. */
export function PanelFrame({ title, subtitle, tools, wide, testid, onClose, onLeave, scrollRef, onScroll, children }: Props) {
  const { t } = useTranslation()
  const leave = (event: KeyboardEvent) => {
    const field = event.target instanceof Element && event.target.matches('input, textarea, select')
    if (event.key === 'Escape' && field && !isComposing(event.nativeEvent)) onLeave()
  }
  return (
    <aside className={wide ? styles.wide : styles.panel} aria-label={title} onKeyDown={leave} data-testid={testid}>
      <header className={styles.head}>
        <div className={styles.titleLine}>
          <strong>{title}</strong>
          <span className={styles.quiet}>{subtitle}</span>
          <button type="button" className={styles.close} onClick={onClose} data-testid="panel-close">
            <span className="visually-hidden">{t('task.panel.close')}</span>
            <span aria-hidden>
              ✕ <kbd>Esc</kbd>
            </span>
          </button>
        </div>
        {tools}
      </header>
      <div
        ref={scrollRef}
        className={styles.body}
        tabIndex={0}
        role="region"
        aria-label={title}
        onScroll={onScroll && ((event) => onScroll(event.currentTarget.scrollTop))}
      >
        {children}
      </div>
    </aside>
  )
}
